using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;

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
    public static JobProgress Of(JobState job, TimeProvider time, string? storeTrouble)
    {
        var (status, decision, ledger) = (job.Status, job.Decisions.Last, job.Ledger);
        var progress = new JobProgress
        {
            JobId = job.Id,
            Status = status,
            Message = status switch
            {
                _ when job.IsDeleted => "its files are being removed",
                JobStatus.Completed => null,
                JobStatus.Cancelled => $"cancelled by {decision.By ?? "an unknown user"}{(decision.Reason is { } why ? $": {why}" : "")}",
                _ => storeTrouble ?? Message(job, status, time),
            },
            Submitter = decision.Scheduling.Submitter,
            Priority = decision.Scheduling.Priority,
            Weight = decision.Scheduling.Weight,
            Created = job.Record.Created,
        };
        if (job.Plan is not { } plan || (ledger is null && !job.IsClosed)) return progress;
        var finished = job.IsClosed ? plan.Samples : ledger!.CommittedSamples;
        // A shard that was committed through another activation is still being drawn for all that is known here.
        var drawn = job.IsClosed ? finished : Math.Min(finished + ledger!.Drawing, plan.Samples);
        var rate = status != JobStatus.Running ? 0 : job.Paces.PerSecond(ledger!.HoldsAny) is > 0 and var measured ? measured : job.Rate.PerSecond;
        return progress with
        {
            Samples = plan.Samples,
            BatchSize = plan.BatchSize,
            ShardSize = plan.ShardSize,
            Activity = status == JobStatus.Running ? Activity(job) : null,
            Finished = finished,
            Drawn = drawn,
            Failed = job.Counts.Failed,
            Truncated = job.Counts.Truncated,
            Shards = plan.Shards,
            ShardsFinished = job.IsClosed ? plan.Shards : ledger!.Committed,
            ShardsLeased = ledger?.Leased ?? 0,
            SetAside = ledger?.SetAsideCount ?? 0,
            Workers = ledger?.Workers ?? 0,
            KeptOut = job.KeptOut.Count,
            ImagesPerSecond = rate,
            Eta = rate > 0 ? Left((plan.Samples - drawn) / rate) : null,
        };
    }

    // A rate near zero gives more seconds than a time span can hold.
    private static TimeSpan? Left(double seconds) => seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    // The stage of the worker that is furthest, unless one draws.
    private static string? Activity(JobState job)
    {
        var ledger = job.Ledger!;
        return ledger.IsClosing ? "writing the contact sheet and the summary"
            : ledger.Leased == 0 ? "waiting for a worker"
            : ledger.AtStage(WorkStage.WaitingForStore) > 0 ? "waiting for the store, which is full or cannot be reached"
            : ledger.AtStage(WorkStage.Drawing) > 0 ? null
            : ledger.AtStage(WorkStage.Finishing) > 0 ? "writing the shards"
            : job.IsResolvingBatch ? "measuring batches"
            : ledger.AtStage(WorkStage.Probing) > 0 ? "probing the arithmetic"
            : ledger.AtStage(WorkStage.LoadingModel) > 0 ? "loading the model"
            : ledger.CommittedSamples == 0 ? "starting" : null;
    }

    private static string? Message(JobState job, JobStatus status, TimeProvider time)
    {
        var (trouble, keptOut) = (job.Trouble, job.KeptOut.Last);
        var reason = (job.Attempts.ClosingSetAside ? $"the files that close the job could not be made in {JobLimits.MaxFaults} tries: {job.Attempts.LastReason}" : null)
            ?? (job.Ledger is { SetAsideCount: > 0 } ? DescribeSetAside(job) : null)
            ?? (trouble is not null && keptOut is not null ? $"{trouble}; {keptOut}" : trouble ?? keptOut)
            ?? (job.IsResolvingBatch ? "a worker measures which batch size suits its device" : null);
        if (status != JobStatus.Running || job.Ledger!.Leased > 0 || time.GetElapsedTime(job.LastAsked) < LonelyAfter) return reason;
        var lonely = $"no worker has asked for work for {LonelyAfter.TotalSeconds:0} s";
        return reason is null ? lonely : $"{lonely}; before that: {reason}";
    }

    private static string DescribeSetAside(JobState job)
    {
        var shards = job.Ledger!.SetAside.ToList();
        return shards is [var only]
            ? $"{Name(shards)} is set aside after {job.Attempts.Describe(only)}: {job.Attempts.LastReason}"
            : $"{Name(shards)} are set aside, the first after {job.Attempts.Describe(shards[0])}; the last fault: {job.Attempts.LastReason}";
    }

    /// <summary>The first few shards of a list, for people.</summary>
    public static string Name(IReadOnlyList<int> shards) => shards is [var only] ? $"shard {only}"
        : $"shards {string.Join(", ", shards.Take(NamedShards))}{(shards.Count > NamedShards ? $" and {shards.Count - NamedShards} more" : "")}";
}
