using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Staging;
using Atelier.Grains.Committing;
using Atelier.Grains.Events;

namespace Atelier.Grains.Jobs;

/// <summary>Learns from the store what is known of a job.</summary>
internal sealed class JobRecovery(JobContext context)
{
    private const int ShardsAtOnce = 256;
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Reads the job, if there is one.</summary>
    public IEnumerable<StoreOperation> Read()
    {
        JobIndex.CheckName(context.Id);
        var record = new StoreRequest<JobRecord?>((store, cancel) => JobFiles.ReadRecordAsync(store, context.Id, cancel));
        yield return record;
        if (record.Answer is null) yield break;
        var job = new JobState(context.Id, record.Answer, context.Time, context.Events);
        foreach (var operation in job.Decisions.Load()) yield return operation;
        if (!job.IsDeleted)
        {
            foreach (var operation in ReadStarted(job)) yield return operation;
        }
        // Of two that read it at once, the first has been worked with since.
        if (context.Job is not null) yield break;
        context.Job = job;
        if (job.Ledger is not null) context.Logger.JobRecovered(context.Id, job.Ledger.Committed, job.Plan!.Shards);
    }

    /// <summary>Reads what has become of the plan's shards, which others may have been at work on.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="isRestoring">Whether what was known of its shards no longer holds.</param>
    public IEnumerable<StoreOperation> ReadShards(JobState job, JobPlan plan, bool isRestoring = false)
    {
        // Asked once: other flows may learn of decisions between the operations of this one.
        var looksForLost = job.Decisions.Last.IsRestoring;
        var attempts = new StoreRequest<IReadOnlyList<AttemptFile>>((store, cancel) => AttemptFiles.ListAsync(store, context.Id, cancel));
        yield return attempts;
        var lost = new StoreRequest<IReadOnlyList<int>>((store, cancel) => LostFiles.FindShardsAsync(store, context.Id, plan.Shards, cancel));
        if (looksForLost) yield return lost;
        var shards = new StoreRequest<IReadOnlyList<(int Shard, bool IsPromoted)>>((store, cancel) => ShardListing.ReadAsync(store, context.Id, plan.Shards, cancel));
        yield return shards;
        var index = new StoreRequest<RowIdCounts?>((store, cancel) => RowIdIndex.ReadCountsAsync(store, context.Id, cancel));
        if (plan.HasRowIds) yield return index;
        var isIndexed = !plan.HasRowIds || index.Answer is not null;
        if (job.Ledger is not null && !isRestoring) yield break;
        job.IsIndexed = isIndexed;
        job.Load(plan, shards.Answer, looksForLost ? lost.Answer : [], attempts.Answer);
        if (looksForLost)
        {
            job.Trouble = new Reason(
                JobCodes.Restoring, $"files of the job are missing and are made again{(job.Lost.Count == 0 ? "" : $", among them those of {ProgressReport.Name([.. job.Lost.Order()])}")}");
        }
        // Workers that drew for a lost activation get the time to say so before their shards are leased again.
        if (shards.Answer.Count > 0 || attempts.Answer.Count > 0)
            context.LeasesFrom = context.Time.GetTimestamp() + (long)(2 * HeartbeatPeriod.TotalSeconds * context.Time.TimestampFrequency);
        if (shards.Answer.Count > 0) context.Background.Enqueue(CountSamples(job, [.. job.Ledger!.CommittedShards]));
        foreach (var operation in ReadLastReason(job)) yield return operation;
    }

    /// <summary>Reads the plan of a job that another activation has started since this one has read it.</summary>
    public IEnumerable<StoreOperation> EnsureStarted(JobState job) => job.Plan is null ? ReadStarted(job) : [];

    private IEnumerable<StoreOperation> ReadStarted(JobState job)
    {
        var plan = new StoreRequest<JobPlan?>((store, cancel) => JobFiles.ReadPlanAsync(store, context.Id, cancel));
        yield return plan;
        if (plan.Answer is null) yield break;
        var summary = new StoreRequest<JobSummary?>((store, cancel) => JobFiles.ReadSummaryAsync(store, context.Id, cancel));
        var looksForEnd = !job.Decisions.Last.IsRestoring;
        if (looksForEnd) yield return summary;
        if (looksForEnd && summary.Answer is { } closed)
        {
            job.LoadClosed(plan.Answer);
            job.Counts.Set(closed);
            yield break;
        }
        foreach (var operation in ReadShards(job, plan.Answer)) yield return operation;
    }

    private IEnumerable<StoreOperation> ReadLastReason(JobState job)
    {
        if (job.Attempts.Last is not { } failure) yield break;
        var note = new StoreRequest<AttemptNote?>((store, cancel) => AttemptFiles.ReadAsync(store, context.Id, failure, cancel));
        yield return note;
        job.Attempts.LastReason ??= note.Answer?.Reason;
    }

    /// <summary>Adds the failed and truncated samples of committed shards, some files at a time.</summary>
    public static IEnumerable<StoreOperation> CountSamples(JobState job, int[] shards)
    {
        var counts = job.Counts;
        counts.Counting++;
        foreach (var some in shards.Chunk(ShardsAtOnce))
        {
            StoreRequest<IReadOnlyList<ShardStats>> read;
            do
            {
                read = new StoreRequest<IReadOnlyList<ShardStats>>((store, cancel) => counts.ReadAsync(store, some, cancel));
                yield return read;
            }
            while (read.Fault is IOException);
            if (read.Fault is InvalidInputException damaged) job.Trouble = new Reason(JobCodes.Damaged, damaged.Message);
            // What could not be counted stays uncounted.
            if (read.Fault is not null) yield break;
            foreach (var stats in read.Answer) counts.Add(stats);
        }
        counts.Counting--;
    }
}
