using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>Commits and promotes shards whose files are written, and removes what is of no more use then.</summary>
/// <param name="worker">Name of the worker.</param>
/// <param name="store">Where jobs live.</param>
/// <param name="outage">Waits for it.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Told how commits end.</param>
internal sealed partial class ShardFinishing(string worker, IStore store, StoreOutage outage, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);

    /// <summary>Commits an attempt; if it has won, promotes its files, and otherwise removes them.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="model">Name of its model.</param>
    /// <param name="stats">What the attempt made.</param>
    /// <param name="hasParts">Whether the shard may have parts, which are removed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it has won.</returns>
    public async Task<bool> CommitAsync(IJobGrain job, WorkLease lease, string model, ShardStats stats, bool hasParts, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        CommitOutcome outcome;
        using (WorkerTracing.Part("commit")) outcome = await CommitAsync(job, lease, stats, cancellationToken);
        WorkerMetrics.Committed(lease.JobId, model, stats, outcome, time.GetElapsedTime(begun));
        if (outcome == CommitOutcome.Won)
        {
            using var promotion = WorkerTracing.Part("promote");
            await ShardPromotion.PromoteAsync(store, lease.JobId, stats, cancellationToken);
        }
        if (outcome == CommitOutcome.Lost) await ShardPromotion.DiscardAsync(store, lease.JobId, stats.Shard, stats.Attempt, cancellationToken);
        if (outcome == CommitOutcome.Won && hasParts) await RemovePartsAsync(lease, cancellationToken);
        LogDrawn(worker, lease.JobId, lease.Shard, outcome);
        return outcome == CommitOutcome.Won;
    }

    /// <summary>Promotes a shard whose winner did not live to do it.</summary>
    public async Task PromoteAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        var stats = await JobFiles.ReadStatsAsync(store, lease.JobId, lease.Shard, cancellationToken)
            ?? throw new FileNotFoundException($"{JobPaths.ShardStats(lease.JobId, lease.Shard)} is missing");
        await ShardPromotion.PromoteAsync(store, lease.JobId, stats, cancellationToken);
        await RemovePartsAsync(lease, cancellationToken);
    }

    // The grain commits by a file of its own. A finished shard is not given up because the store is silent at that moment.
    private async Task<CommitOutcome> CommitAsync(IJobGrain job, WorkLease lease, ShardStats stats, CancellationToken cancellationToken)
    {
        for (var isCertain = true; ; isCertain = false)
        {
            try
            {
                var outcome = await job.Commit(lease, stats);
                // An earlier call may be on its way still, and what it commits must be there.
                return outcome == CommitOutcome.Refused && isCertain ? CommitOutcome.Lost : outcome;
            }
            catch (IOException lost)
            {
                if (!await outage.OutlastAsync(lost, lease.JobId, cancellationToken)) throw;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                await Task.Delay(FaultPause, time, cancellationToken);
            }
            catch (InvalidInputException)
            {
                // What was drawn in place of lost files is of no use if it differs from them.
                await ShardPromotion.DiscardAsync(store, lease.JobId, stats.Shard, stats.Attempt, cancellationToken);
                throw;
            }
        }
    }

    private async Task RemovePartsAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        try
        {
            await ShardParts.RemoveAsync(store, lease.JobId, lease.Shard, cancellationToken);
        }
        catch (IOException left)
        {
            // The shard is there, which is what matters; closing the job removes what is left.
            LogPartsLeft(left, lease.JobId, lease.Shard);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Worker} drew shard {Shard} of {Job}; its commit: {Outcome}")]
    private partial void LogDrawn(string worker, string job, int shard, CommitOutcome outcome);

    [LoggerMessage(LogLevel.Warning, "Parts of shard {Shard} of {Job} could not be removed")]
    private partial void LogPartsLeft(Exception exception, string job, int shard);
}
