using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Committing;

/// <summary>Commits shards by one create-only file each, and notes what is finished.</summary>
internal sealed class ShardCommits(JobContext context, JobRecovery recovery, JobDeciding deciding)
{
    /// <summary>Commits a shard: the first attempt whose stats are there owns it.</summary>
    public IEnumerable<StoreOperation> Commit(WorkLease lease, ShardStats stats, Reply<CommitOutcome> reply)
    {
        reply.Value = CommitOutcome.Refused;
        if (context.Find(lease) is not { IsDeleted: false } job || lease.Kind != WorkKind.Draw
            || (stats.Incarnation, stats.Attempt, stats.Shard) != (lease.Incarnation, lease.Id, lease.Shard)) yield break;
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        if (job.Plan is not { } plan || stats.Shard < 0 || stats.Shard >= plan.Shards) yield break;
        job.Committing++;
        try
        {
            var create = new StoreRequest<bool>((store, cancel) => JobFiles.TryCreateStatsAsync(store, context.Id, stats, cancel));
            var isCancelled = job.Status == JobStatus.Cancelled;
            if (!isCancelled) yield return create;
            var read = new StoreRequest<ShardStats?>((store, cancel) => JobFiles.ReadStatsAsync(store, context.Id, stats.Shard, cancel));
            if (isCancelled || !create.Answer) yield return read;
            // A cancelled job takes no commits, but what an earlier call has committed is so for good.
            var winner = !isCancelled && create.Answer ? stats : read.Answer;
            if (winner is null) yield break;
            reply.Value = Note(job, lease, stats, winner);
        }
        finally
        {
            job.Committing--;
        }
    }

    /// <summary>Notes that leased work is finished.</summary>
    public IEnumerable<StoreOperation> Complete(WorkLease lease)
    {
        if (context.Find(lease) is not { IsDeleted: false } job) yield break;
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        if (job.Ledger is not { } ledger) yield break;
        if (lease.Kind == WorkKind.Index)
        {
            job.IsIndexed = true;
        }
        else if (lease.Kind != WorkKind.Close)
        {
            if (lease.Shard < 0 || lease.Shard >= job.Plan!.Shards) yield break;
            // Committed through another activation.
            if (!ledger.IsCommitted(lease.Shard)) context.Background.Enqueue(JobRecovery.CountSamples(job, [lease.Shard]));
            ledger.Promote(lease.Shard);
            job.Lost.Remove(lease.Shard);
        }
        else if (!job.IsClosed)
        {
            foreach (var operation in job.Decisions.Decide(decision => decision.IsRestoring ? decision with { IsRestoring = false } : decision)) yield return operation;
            var summary = new StoreRequest<JobSummary?>((store, cancel) => JobFiles.ReadSummaryAsync(store, context.Id, cancel));
            yield return summary;
            // Shards that were committed through other activations are counted there.
            if (summary.Answer is { } counted) job.Counts.Set(counted);
            // Two may have asked for it.
            if (!job.IsClosed) context.Events.Add(new Reason(JobCodes.Completed, $"completed, {job.Counts.Failed:N0} of {job.Plan!.Samples:N0} samples without an image"));
            job.Close();
            context.Logger.JobCompleted(context.Id);
        }
        ledger.Release(lease.Id);
        if (!job.IsClosed) yield break;
        foreach (var operation in deciding.NoteFinish()) yield return operation;
    }

    private static CommitOutcome Note(JobState job, WorkLease lease, ShardStats stats, ShardStats winner)
    {
        var isMine = winner.Attempt == stats.Attempt;
        var isRestored = !isMine && job.Lost.Contains(stats.Shard);
        if (isRestored && LostFiles.Difference(winner, stats) is { } difference)
            throw new InvalidInputException($"the files of shard {stats.Shard} were lost, and what is drawn in their place differs: {difference}");
        if (job.Ledger is { } ledger)
        {
            if (!ledger.IsCommitted(stats.Shard)) job.Counts.Add(winner);
            ledger.Commit(stats.Shard, lease.Id);
            job.NoteCommit(lease);
        }
        return isMine || isRestored ? CommitOutcome.Won : CommitOutcome.Lost;
    }
}
