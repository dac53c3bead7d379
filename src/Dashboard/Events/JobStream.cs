using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Atelier.Dashboard.Events;

/// <summary>
/// The events of one job for one client. Their ids are those of the ring that the job's grain keeps: whoever comes back with one gets what he has missed, from any dashboard
/// of the cluster and after any restart of it.
/// </summary>
internal sealed class JobStream(JobEventReader reader)
{
    // After the id of the last event, for whoever knows that no more comes.
    private const string EndMark = ".end";

    /// <summary>Whether somebody has been told all of a job that has ended.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="after">Id of the last event that he knows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> HasToldAllAsync(string job, string after, CancellationToken cancellationToken) =>
        after.EndsWith(EndMark, StringComparison.Ordinal) && await reader.ReadAsync(job, Place(after), cancellationToken) is { Data.Count: 0, Reset: false };

    /// <summary>What he has missed, then what happens.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="happening">What happens, from before this is called.</param>
    /// <param name="after">Id of the last event that he knows; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync(
        string job, IAsyncEnumerable<SseItem<string>> happening, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = await TryReadAsync(job, Place(after), cancellationToken);
        var last = told.Data is [.., var newest] ? newest.Id : Place(after);
        var missed = new Queue<TopicEvent>(after is null || told.Reset ? [] : told.Data.Select(one => JobRing.Of(job, one)));
        // With an id only where nothing is owed: a client that is lost at once would come back with it.
        yield return new SseItem<string>("{}", "hello") { EventId = missed.Count == 0 ? last : null };
        if (told.Reset) yield return new SseItem<string>("{}", "reset") { EventId = last };
        await foreach (var item in happening.WithCancellation(cancellationToken))
        {
            // How the job stands comes first, then how that came about.
            if (item.EventType == "job") yield return item;
            while (missed.TryDequeue(out var one)) yield return new SseItem<string>(one.Data, one.Type) { EventId = one.Id };
            if (item.EventType == "job" || (item.EventId is { Length: > 0 } id && last is not null && !JobRing.IsAfter(id, last))) continue;
            last = item.EventId is { Length: > 0 } ? item.EventId : last;
            yield return item.EventType == "end" ? new SseItem<string>(item.Data, "end") { EventId = last is null ? null : last + EndMark } : item;
        }
    }

    private async Task<JobEventsView> TryReadAsync(string job, string? after, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(job, after, cancellationToken);
        }
        catch (IOException)
        {
            return new JobEventsView([], after is not null, false);
        }
    }

    private static string? Place(string? id) => id?.EndsWith(EndMark, StringComparison.Ordinal) == true ? id[..^EndMark.Length] : id;
}
