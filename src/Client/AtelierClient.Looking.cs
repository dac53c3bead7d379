using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;

namespace Atelier.Client;

/// <content>The shards of a job, and what has happened to it.</content>
public sealed partial class AtelierClient
{
    /// <summary>Where shards of a job stand, four bits each.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="first">Zero-based number of the first.</param>
    /// <param name="count">How many at most, 0 to <see cref="ShardMap.MaxCount"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or a number is not allowed.</exception>
    public Task<ShardMap> GetShardsAsync(string jobId, int first = 0, int count = ShardMap.MaxCount, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).GetShards(first, count), cancellationToken);

    /// <summary>All that is known of a shard.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job or shard.</exception>
    public Task<ShardDescription> GetShardAsync(string jobId, int shard, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).GetShard(shard), cancellationToken);

    /// <summary>What has failed in a job, in groups.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job.</exception>
    public Task<JobErrors> GetErrorsAsync(string jobId, CancellationToken cancellationToken = default) => _retry.RunAsync(() => Job(jobId).GetErrors(), cancellationToken);

    /// <summary>How fast a job was; where nothing was drawn, points are missing.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="since">From when on.</param>
    /// <param name="step">Length of a span, 10 s or more; at most the last 5,000 are told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or the step is not allowed.</exception>
    public Task<ImmutableArray<RatePoint>> GetHistoryAsync(string jobId, DateTimeOffset since, TimeSpan step, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).GetHistory(since, step), cancellationToken);

    /// <summary>What has happened to a job, the last 1,000 events at most.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Id of the last event that is known; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What came after it; after a <see cref="JobCodes.Reset"/> all that is known, where some may be missing.</returns>
    /// <exception cref="InvalidInputException">There is no such job.</exception>
    public Task<ImmutableArray<JobEvent>> GetEventsAsync(string jobId, string? after = null, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).GetEvents(after), cancellationToken);

    /// <summary>The same as it happens, for ever. Survives the loss of the silo it talks to.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Id of the last event that is known; null for none.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    /// <exception cref="InvalidInputException">There is no such job.</exception>
    public async IAsyncEnumerable<JobEvent> WatchEventsAsync(string jobId, string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await using var events = Job(jobId).WatchEvents(after).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync()) break;
                }
                catch (Exception lost) when (IsLoss(lost) || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    break;
                }
                yield return events.Current;
                after = events.Current.Id;
            }
            await Task.Delay(_options.Pause, _time, cancellationToken);
        }
    }
}
