using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Client;
using Atelier.Dashboard.Json;

namespace Atelier.Dashboard.Events;

/// <summary>
/// Reads the ring of events that a job's grain keeps, from the moment on at which the reading begins. Where the grain has lost its place, which a new activation may, the
/// events are <c>reset</c> and what happens after it: what was before is to be asked for again, and not told twice.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="job">Name of the job.</param>
/// <param name="time">The clock.</param>
internal sealed class JobRing(AtelierClient client, string job, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? _after;
    private bool _isThere;

    /// <summary>Finds the place from which on events are told. Returns once a grain has answered.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _after = await FindEndAsync(cancellationToken);
                _isThere = true;
                return;
            }
            catch (InvalidInputException)
            {
                // There is no such job, or its files are damaged: its status says so.
                return;
            }
            catch (Exception lost) when (lost is IOException or OrleansException or TimeoutException)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>What happens, for ever.</summary>
    public async IAsyncEnumerable<TopicEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_isThere) yield break;
        string? known = null;
        await foreach (var one in client.WatchEventsAsync(job, _after, cancellationToken))
        {
            if (one.Code == JobCodes.Reset)
            {
                _after = known = await FindEndAsync(cancellationToken) ?? one.Id;
                yield return Reset with { Id = _after };
                continue;
            }
            if (known is not null && !IsAfter(one.Id, known)) continue;
            _after = one.Id;
            yield return Of(job, one);
        }
    }

    /// <summary>What has happened and was not told: the last event may come after the status that it has brought about.</summary>
    public async Task<IReadOnlyList<TopicEvent>> RestAsync(CancellationToken cancellationToken)
    {
        if (!_isThere) return [];
        try
        {
            var rest = await client.GetEventsAsync(job, _after, cancellationToken);
            return rest is [{ Code: JobCodes.Reset }, ..] ? [Reset with { Id = rest[^1].Id }] : [.. rest.Select(one => Of(job, one))];
        }
        catch (InvalidInputException)
        {
            // It was deleted.
            return [];
        }
    }

    private static TopicEvent Reset { get; } = new("reset", "{}", IsKept: true);

    private async Task<string?> FindEndAsync(CancellationToken cancellationToken) =>
        await client.GetEventsAsync(job, null, cancellationToken) is [.., var last] ? last.Id : null;

    /// <summary>An event of the ring, as it is told.</summary>
    public static TopicEvent Of(string job, JobEvent one) => new(
        one.Code is JobCodes.Damaged or JobCodes.Fault || !one.Code.StartsWith("job.", StringComparison.Ordinal) ? "error" : "state",
        JsonSerializer.Serialize(new JobHappened(job, one), ApiJson.Options),
        IsKept: true)
    {
        Id = one.Id,
    };

    /// <summary>Whether an event came after another that is known. Of another activation, all is new.</summary>
    public static bool IsAfter(string id, string known)
    {
        var (ours, theirs) = (id.LastIndexOf('-'), known.LastIndexOf('-'));
        return !id.AsSpan(0, ours).SequenceEqual(known.AsSpan(0, theirs))
            || long.Parse(id.AsSpan(ours + 1), NumberStyles.None, CultureInfo.InvariantCulture) > long.Parse(known.AsSpan(theirs + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}

/// <summary>That something has happened to a job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Event">What.</param>
internal sealed record JobHappened(string Job, JobEvent Event);
