using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>Notes in the store what a worker has in hand: should its process die of the work, the job counts it.</summary>
/// <param name="worker">Name of the worker.</param>
/// <param name="store">Where jobs live.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Told of notes that stay.</param>
internal sealed partial class BegunNotes(string worker, IStore store, TimeProvider time, ILogger logger)
{
    /// <summary>The work begins.</summary>
    public Task BeginAsync(WorkLease lease, CancellationToken cancellationToken) =>
        AttemptFiles.BeginAsync(store, lease, new AttemptNote { Worker = worker, At = time.GetUtcNow() }, cancellationToken);

    /// <summary>A process that dies from here on does not die of this work.</summary>
    public async Task EndAsync(WorkLease lease)
    {
        try
        {
            await AttemptFiles.EndAsync(store, lease);
        }
        catch (Exception left)
        {
            LogEndNotNoted(left, lease.JobId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The end of work on {Job} could not be noted; should its grain be lost now, it counts one failure too many")]
    private partial void LogEndNotNoted(Exception exception, string job);
}
