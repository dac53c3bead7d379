using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Events;

namespace Atelier.Grains.Jobs;

/// <summary>Says in numbers and words where a job stands.</summary>
internal static class ProgressReport
{
    private const int NamedShards = 5;
    private static readonly TimeSpan LonelyAfter = TimeSpan.FromSeconds(30);

    /// <summary>The job as it is now.</summary>
    /// <param name="job">What is known of it.</param>
    /// <param name="time">The time.</param>
    /// <param name="storeTrouble">What is wrong with the store, if anything.</param>
    public static JobProgress Of(JobState job, TimeProvider time, Reason? storeTrouble)
    {
        var (status, decision, ledger) = (job.Status, job.Decisions.Last, job.Ledger);
        var reason = status switch
        {
            _ when job.IsDeleted => new Reason(JobCodes.Deleting, "its files are being removed"),
            JobStatus.Completed => null,
            JobStatus.Cancelled => new Reason(JobCodes.Cancelled, $"cancelled by {decision.By ?? "an unknown user"}{(decision.Reason is { } why ? $": {why}" : "")}"),
            _ => storeTrouble ?? Why(job, status, time),
        };
        var progress = new JobProgress
        {
            JobId = job.Id,
            Status = status,
            Code = reason?.Code,
            Message = reason?.Text,
            Submitter = decision.Scheduling.Submitter,
            Priority = decision.Scheduling.Priority,
            Weight = decision.Scheduling.Weight,
            Created = job.Record.Created,
            ModelDigest = job.Record.Spec.ModelDigest,
        };
        if (job.Plan is not { } plan || (ledger is null && !job.IsClosed)) return progress;
        var finished = job.IsClosed ? plan.Samples : ledger!.CommittedSamples;
        // A shard that was committed through another activation is still being drawn for all that is known here.
        var drawn = job.IsClosed ? finished : Math.Min(finished + ledger!.Drawing, plan.Samples);
        var rate = status != JobStatus.Running ? 0 : job.Paces.PerSecond(ledger!.HoldsAny) is > 0 and var measured ? measured : job.Rate.PerSecond;
        var spread = rate > 0 ? job.History.Spread : null;
        return progress with
        {
            Samples = plan.Samples,
            BatchSize = plan.BatchSize,
            ShardSize = plan.ShardSize,
            Stage = status == JobStatus.Running ? Stage(job) : JobStage.None,
            Finished = finished,
            Drawn = drawn,
            Failed = job.Counts.Failed,
            Truncated = job.Counts.Truncated,
            AreFailuresCounted = job.Counts.Counting == 0,
            Shards = plan.Shards,
            ShardsFinished = job.IsClosed ? plan.Shards : ledger!.Committed,
            ShardsLeased = ledger?.Leased ?? 0,
            SetAside = ledger?.SetAsideCount ?? 0,
            Workers = ledger?.Workers ?? 0,
            KeptOut = job.KeptOut.Count,
            ImagesPerSecond = rate,
            Eta = rate > 0 ? Left((plan.Samples - drawn) / rate) : null,
            EtaLow = spread is var (_, fast) ? Left((plan.Samples - drawn) / Math.Max(fast, rate)) : null,
            EtaHigh = spread is var (slow, _) ? Left((plan.Samples - drawn) / Math.Min(slow, rate)) : null,
        };
    }

    // A rate near zero gives more seconds than a time span can hold.
    private static TimeSpan? Left(double seconds) => seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    // That of the worker that is furthest, unless one draws.
    private static JobStage Stage(JobState job)
    {
        var ledger = job.Ledger!;
        return ledger.IsClosing ? JobStage.Closing
            : ledger.Leased == 0 ? JobStage.WaitingForWorker
            : ledger.AtStage(WorkStage.WaitingForStore) > 0 ? JobStage.WaitingForStore
            : ledger.AtStage(WorkStage.Drawing) > 0 ? JobStage.Drawing
            : ledger.AtStage(WorkStage.Finishing) > 0 ? JobStage.Finishing
            : job.IsResolvingBatch ? JobStage.MeasuringBatches
            : ledger.AtStage(WorkStage.Probing) > 0 ? JobStage.Probing
            : ledger.AtStage(WorkStage.LoadingModel) > 0 ? JobStage.LoadingModel
            : ledger.CommittedSamples == 0 ? JobStage.Starting : JobStage.Drawing;
    }

    private static Reason? Why(JobState job, JobStatus status, TimeProvider time)
    {
        var (trouble, keptOut) = (job.Trouble, job.KeptOut.Last);
        var reason = SetAside(job)
            ?? (trouble is not null && keptOut is not null ? trouble with { Text = $"{trouble.Text}; {keptOut.Text}" } : trouble ?? keptOut)
            ?? (job.IsResolvingBatch ? new Reason(JobCodes.MeasuringBatches, "a worker measures which batch size suits its device") : null);
        if (status != JobStatus.Running || job.Ledger!.Leased > 0 || time.GetElapsedTime(job.LastAsked) < LonelyAfter) return reason;
        var lonely = $"no worker has asked for work for {LonelyAfter.TotalSeconds:0} s";
        return new Reason(JobCodes.NoWorkers, reason is null ? lonely : $"{lonely}; before that: {reason.Text}");
    }

    private static Reason? SetAside(JobState job)
    {
        if (job.Attempts.ClosingSetAside) return Of($"the files that close the job could not be made in {JobLimits.MaxFaults} tries: {job.Attempts.LastReason}");
        if (job.Attempts.IndexingSetAside) return Of($"the row ids could not be indexed in {JobLimits.MaxFaults} tries: {job.Attempts.LastReason}");
        if (job.Ledger is not { SetAsideCount: > 0 } ledger) return null;
        var shards = ledger.SetAside.ToList();
        return Of(shards is [var only]
            ? $"{Name(shards)} is set aside after {job.Attempts.Describe(only)}: {job.Attempts.LastReason}"
            : $"{Name(shards)} are set aside, the first after {job.Attempts.Describe(shards[0])}; the last fault: {job.Attempts.LastReason}");

        static Reason Of(string text) => new(JobCodes.WorkSetAside, text);
    }

    /// <summary>The first few shards of a list, for people.</summary>
    public static string Name(IReadOnlyList<int> shards) => shards is [var only] ? $"shard {only}"
        : $"shards {string.Join(", ", shards.Take(NamedShards))}{(shards.Count > NamedShards ? $" and {shards.Count - NamedShards} more" : "")}";
}
