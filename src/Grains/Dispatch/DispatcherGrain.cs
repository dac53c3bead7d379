using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Atelier.Grains.Dispatch;

/// <summary>
/// Asks the active jobs in the policy's order, and wakes those of the store that nobody has woken. Reentrant, since a job may register while it is being
/// asked.
/// </summary>
[Reentrant]
internal sealed partial class DispatcherGrain(IStore store, TimeProvider time, IOptions<DispatchOptions> options, ILogger<DispatcherGrain> logger)
    : Grain, IDispatcherGrain
{
    private static readonly TimeSpan ResumePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromMilliseconds(500);

    private readonly SchedulingPolicy _policy = new();
    private readonly Dictionary<string, JobAsked> _jobs = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.ResumeJobs) return Task.CompletedTask;
        var resumption = new JobResumption(store, GrainFactory);
        this.RegisterGrainTimer(
            () => ResumeAsync(resumption),
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = ResumePeriod, KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public Task Register(JobDemand demand)
    {
        _jobs.TryGetValue(demand.JobId, out var asked);
        _jobs[demand.JobId] = new JobAsked(demand.Open, asked?.At ?? 0);
        _policy.Set(demand.JobId, demand.Scheduling, demand.ModelDigest, demand.ShardSamples, demand.Open > 0);
        return Task.CompletedTask;
    }

    public Task Unregister(string jobId)
    {
        _jobs.Remove(jobId);
        _policy.Remove(jobId);
        return Task.CompletedTask;
    }

    public async Task<WorkLease?> Acquire(WorkerInfo worker)
    {
        foreach (var id in _policy.Order(worker.ModelDigest))
        {
            // A job whose work is all held has at most a slow shard to give: asking it now and then is enough.
            if (!_jobs.TryGetValue(id, out var job) || (job.Open == 0 && time.GetElapsedTime(job.At) < IdlePeriod)) continue;
            _jobs[id] = job with { At = time.GetTimestamp() };
            if (await AskAsync(id, worker) is not { } lease) continue;
            Count(id, lease);
            return lease;
        }
        return null;
    }

    private async Task<WorkLease?> AskAsync(string job, WorkerInfo worker)
    {
        try
        {
            return await GrainFactory.GetGrain<IJobGrain>(job).Lease(worker);
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException)
        {
            LogJobOutOfReach(lost, job);
            return null;
        }
    }

    private void Count(string id, WorkLease lease)
    {
        _policy.Charge(id, lease.Samples);
        if (!_jobs.TryGetValue(id, out var job)) return;
        var open = Math.Max(0, job.Open - 1);
        _jobs[id] = job with { Open = open };
        _policy.SetWaiting(id, open > 0);
    }

    private async Task ResumeAsync(JobResumption resumption)
    {
        try
        {
            await resumption.WakeAsync();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNoIndex(failure);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot be asked for work at present")]
    private partial void LogJobOutOfReach(Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "The jobs of the store cannot be listed at present")]
    private partial void LogNoIndex(Exception exception);

    private sealed record JobAsked(int Open, long At);
}
