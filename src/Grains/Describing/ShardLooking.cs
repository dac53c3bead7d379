using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.History;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Describing;

/// <summary>Says where the shards of a job stand, what has failed, and how fast it was. Changes nothing.</summary>
internal sealed class ShardLooking(JobContext context, JobRecovery recovery)
{
    private const int MostFailures = 100;

    private JobState? _searched;

    /// <summary>The states of a range of shards.</summary>
    public IEnumerable<StoreOperation> GetShards(int first, int count, Reply<ShardMap> reply)
    {
        if (first < 0) throw new InvalidInputException($"first is '{first}'; allowed: 0 or more");
        if (count is < 0 or > ShardMap.MaxCount) throw new InvalidInputException($"count is '{count}'; allowed: 0 to {ShardMap.MaxCount}");
        var job = context.Require();
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        foreach (var operation in FindLacking(job)) yield return operation;
        var shards = job.Plan?.Shards ?? 0;
        reply.Value = ShardMap.Of(first, Math.Clamp(shards - first, 0, count), shards, shard => StateOf(job, shard));
    }

    /// <summary>A shard, with what its small files say.</summary>
    public IEnumerable<StoreOperation> GetShard(int shard, Reply<ShardDescription> reply)
    {
        var job = context.Require();
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        if (job.Plan is not { } plan) throw new InvalidInputException($"job '{context.Id}' is not started");
        if (shard < 0 || shard >= plan.Shards) throw new InvalidInputException($"shard is '{shard}'; allowed: 0 to {plan.Shards - 1}");
        foreach (var operation in FindLacking(job)) yield return operation;
        var stats = new StoreRequest<ShardStats?>((store, cancel) => JobFiles.ReadStatsAsync(store, context.Id, shard, cancel));
        yield return stats;
        var failures = new StoreRequest<ImmutableArray<FailedAttempt>>((store, cancel) => AttemptFiles.ReadFailuresAsync(store, context.Id, shard, cancel));
        yield return failures;
        reply.Value = new ShardDescription
        {
            Shard = shard,
            State = StateOf(job, shard),
            FirstSample = plan.FirstSample(shard),
            Samples = plan.SamplesIn(shard),
            Stats = stats.Answer,
            Holders = [.. (job.Ledger?.HoldersOf(shard) ?? []).Select(held => new ShardHolder(held.Lease.Id, held.Lease.Worker, held.Stage, held.Drawn))],
            Failures = failures.Answer,
        };
    }

    /// <summary>What has failed, in groups.</summary>
    public IEnumerable<StoreOperation> GetErrors(Reply<JobErrors> reply)
    {
        var job = context.Require();
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        reply.Value = new JobErrors([.. job.Counts.Errors], job.Counts.Counting == 0, [.. job.Attempts.List().Take(MostFailures)]);
    }

    /// <summary>How fast the job was.</summary>
    public IEnumerable<StoreOperation> GetHistory(DateTimeOffset since, TimeSpan step, Reply<ImmutableArray<RatePoint>> reply)
    {
        RateSpans.CheckStep(step);
        var job = context.Require();
        var kept = new StoreRequest<IReadOnlyList<RatePoint>>((store, cancel) => RateFiles.ReadAsync(store, context.Id, since, cancel));
        yield return kept;
        reply.Value = RateSpans.Group(kept.Answer.Concat(job.History.Unsaved), since, step);
    }

    /// <summary>Reads what happened before this activation began, once.</summary>
    public IEnumerable<StoreOperation> LearnEvents()
    {
        var job = context.Require();
        if (context.Events.HasBefore) yield break;
        var before = new StoreRequest<IReadOnlyList<JobEvent>>((store, cancel) => EventsBefore.ReadAsync(store, job, cancel));
        yield return before;
        context.Events.Learn(before.Answer);
    }

    // Of a job that was found finished nobody has counted the shards.
    private IEnumerable<StoreOperation> FindLacking(JobState job)
    {
        if (!job.IsClosed || job.Counts.Failed == 0 || _searched == job) yield break;
        var find = new StoreRequest<IReadOnlyList<int>>((store, cancel) => LackingShards.FindAsync(store, context.Id, job.Plan!, cancel));
        yield return find;
        job.Counts.AddLacking(find.Answer);
        _searched = job;
    }

    private static ShardState StateOf(JobState job, int shard) =>
        job.IsClosed ? job.Counts.LacksImages(shard) ? ShardState.DoneWithFailures : ShardState.Done
        : job.Ledger!.StateOf(shard, job.Attempts.HaveFailed, job.Counts.LacksImages);
}
