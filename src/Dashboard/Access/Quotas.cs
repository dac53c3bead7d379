using System.Collections.Concurrent;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Access;

/// <summary>
/// Holds the bearers of keys to what these allow. Samples are counted by files that are written before a job is, so that those who submit at once are all counted; jobs at once
/// by the list of jobs, and those that this program is about to make.
/// </summary>
internal sealed class Quotas(IHttpContextAccessor requests, IStore store, JobList list, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Key, string Job), bool> _beingMade = new();

    /// <summary>Counts a new job, until it is given back.</summary>
    /// <returns>What is held while the job is being made; null where there is no quota.</returns>
    /// <exception cref="ProblemException">The quota does not allow it; the answer names the limit and what is left of it.</exception>
    public async Task<TakenQuota?> TakeAsync(string job, long samples, CancellationToken cancellationToken)
    {
        if (requests.HttpContext is not { } context || Caller.GrantOf(context)?.Key is not { Quota: { } quota } key) return null;
        if (samples > quota.SamplesPerDay) throw Refuse(StatusCodes.Status403Forbidden, "quota.samples_per_day", quota.SamplesPerDay.Value, null, $"the job has {samples:N0} samples; the key allows {quota.SamplesPerDay:N0} a day");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var (own, isNew) = await AccessUsage.AddAsync(store, key.Id, job, samples, today, cancellationToken);
        var taken = new TakenQuota(store, isNew ? own : null, () => _beingMade.TryRemove((key.Id, job), out _));
        _beingMade[(key.Id, job)] = true;
        try
        {
            var (samplesLeft, jobsLeft) = await LeftAsync(key, job, cancellationToken);
            if (samplesLeft < 0)
            {
                throw Refuse(StatusCodes.Status429TooManyRequests, "quota.samples_per_day", quota.SamplesPerDay!.Value, samplesLeft.Value + samples, $"the job has {samples:N0} samples; the key allows {quota.SamplesPerDay:N0} a day, and {samplesLeft + samples:N0} are left until midnight UTC")
                    .With(ProblemBody.RetryAfter, (long)Math.Ceiling((today.AddDays(1).ToDateTime(TimeOnly.MinValue) - time.GetUtcNow().UtcDateTime).TotalSeconds));
            }
            if (jobsLeft < 0) throw Refuse(StatusCodes.Status429TooManyRequests, "quota.jobs_at_once", quota.JobsAtOnce!.Value, jobsLeft.Value + 1, $"the key allows {quota.JobsAtOnce:N0} {(quota.JobsAtOnce == 1 ? "job" : "jobs")} at once, and {jobsLeft + 1:N0} are left until one ends");
            return taken;
        }
        catch
        {
            taken.GiveBack();
            await taken.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is left of a key's quota; null for what is not limited.</summary>
    /// <param name="key">The key.</param>
    /// <param name="taken">Name of a job that counts though it is not made yet; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(long? Samples, int? Jobs)> LeftAsync(AccessKey key, string? taken, CancellationToken cancellationToken)
    {
        if (key.Quota is not { } quota) return default;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var all = await AccessUsage.ListAsync(store, key.Id, cancellationToken);
        var samples = quota.SamplesPerDay - all.Where(usage => usage.Day == today).Sum(usage => usage.Samples);
        if (quota.JobsAtOnce is not { } most) return (samples, null);
        if (taken is not null) list.Expire();
        var atWork = (await list.ReadAllAsync(cancellationToken)).Jobs.Where(job => !job.ToProgress().IsFinal).Select(job => job.JobId).ToHashSet(StringComparer.Ordinal);
        var jobs = new HashSet<string>(_beingMade.Keys.Where(one => one.Key == key.Id).Select(one => one.Job), StringComparer.Ordinal);
        foreach (var usage in all)
        {
            if (await usage.ReadJobAsync(store, cancellationToken) is not { } job) continue;
            if (atWork.Contains(job)) jobs.Add(job);
            // Of another day, and at work no more: nothing depends on it.
            else if (usage.Day < today) await store.DeleteAsync(usage.Path, cancellationToken);
        }
        return (samples, most - jobs.Count);
    }

    private static ProblemException Refuse(int status, string code, long limit, long? left, string detail) =>
        new ProblemException(status, code, detail).With("limit", limit).With("left", left ?? limit);
}

/// <summary>A job that is counted against a quota while it is being made.</summary>
/// <param name="store">The store.</param>
/// <param name="own">What counts it; null where it was counted before.</param>
/// <param name="done">Says that it is made, or never will be.</param>
internal sealed class TakenQuota(IStore store, AccessUsage? own, Action done) : IAsyncDisposable
{
    private bool _isGivenBack;

    /// <summary>Says that there will be no such job.</summary>
    public void GiveBack() => _isGivenBack = true;

    public async ValueTask DisposeAsync()
    {
        done();
        if (_isGivenBack && own is not null) await store.DeleteAsync(own.Path, CancellationToken.None);
    }
}
