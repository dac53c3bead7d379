using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>What must hold of a job's store and of what its activations say when all is over.</summary>
internal static class Verdict
{
    public static void Check(World world, Client client)
    {
        var store = world.Store;
        var decisions = Decisions(store);
        var isCancelled = decisions.Any(decision => decision.Lifecycle == JobLifecycle.Cancelled);
        if (client.IsCancelled && !isCancelled && Read(store, JobPaths.Summary(World.Job)) is null) throw new InvariantException("a cancel that was answered is not in the store");
        for (var shard = 0; shard < World.Shards; shard++) CheckShard(store, shard, mustBeThere: !isCancelled);
        if (client.HasIds && Read(store, JobPaths.Summary(World.Job)) is not null && Read(store, JobPaths.RowIdIndex(World.Job)) is null)
            throw new InvariantException("the job is closed without an index of its row ids");
        CheckLeftovers(world, isCancelled);
        foreach (var activation in world.Activations) CheckActivation(activation.Machine.Progress(), store, isCancelled);
        var reborn = new Activation(world);
        for (var step = 0; step < 1000 && (reborn.IsBusy || !reborn.IsRecovered); step++) reborn.Step();
        CheckActivation(reborn.Machine.Progress(), store, isCancelled);
    }

    private static List<JobDecision> Decisions(MemoryStore store)
    {
        var last = Wait(JobDecisionFiles.FindLastAsync(store, World.Job));
        var decisions = new List<JobDecision>();
        for (var number = 0; number <= last; number++)
        {
            var decision = Wait(JobDecisionFiles.ReadAsync(store, World.Job, number)) ?? throw new InvariantException($"decision {number} of {last + 1} is missing");
            if (decision.Scheduling.Submitter == "eve" || decision.Scheduling.Priority == JobPriority.High) throw new InvariantException($"decision {number} is of a creation that was refused");
            if (decisions.LastOrDefault() is { } before)
            {
                if (before.Lifecycle == JobLifecycle.Cancelled) throw new InvariantException($"decision {number} comes after the job was cancelled");
                if (decision.Round < before.Round) throw new InvariantException($"decision {number} takes a retry back");
                if (decision.Scheduling.Submitter != before.Scheduling.Submitter) throw new InvariantException($"decision {number} forgets the submitter");
            }
            decisions.Add(decision);
        }
        return decisions;
    }

    private static void CheckShard(MemoryStore store, int shard, bool mustBeThere)
    {
        if (Wait(JobFiles.ReadStatsAsync(store, World.Job, shard)) is not { } stats)
        {
            if (mustBeThere) throw new InvariantException($"shard {shard} is lost");
            return;
        }
        var tar = Read(store, JobPaths.ShardTar(World.Job, shard)) ?? Read(store, JobPaths.AttemptTar(World.Job, shard, stats.Attempt));
        var parquet = Read(store, JobPaths.ShardParquet(World.Job, shard)) ?? Read(store, JobPaths.AttemptParquet(World.Job, shard, stats.Attempt));
        if (tar is null || parquet is null) throw new InvariantException($"a file of shard {shard}, which is committed, is missing");
        // A cancelled job may end before anybody tries to promote over what was left there.
        if (mustBeThere && (!tar.AsSpan().SequenceEqual(SimulatedWorker.Tar(shard)) || !parquet.AsSpan().SequenceEqual(SimulatedWorker.Parquet(shard))))
            throw new InvariantException($"a file of shard {shard} is not the one that was committed");
    }

    private static void CheckLeftovers(World world, bool isCancelled)
    {
        foreach (var attempt in Wait(AttemptFiles.ListAsync(world.Store, World.Job)).Where(file => !file.IsFailure).GroupBy(file => file.Attempt))
        {
            // Of a cancelled job, attempts that are whole stay, and so does all when a promotion cannot be done.
            if (!isCancelled && !world.LostAfterTheEnd.Contains(attempt.Key)) throw new InvariantException($"{attempt.First().PathIn(World.Job)} is left over");
        }
    }

    private static void CheckActivation(JobProgress progress, MemoryStore store, bool isCancelled)
    {
        var committed = Enumerable.Range(0, World.Shards).Count(shard => Wait(JobFiles.ReadStatsAsync(store, World.Job, shard)) is not null);
        if (!isCancelled && progress.Status != JobStatus.Completed) throw new InvariantException($"the job is {progress.Status}: {progress.Message}");
        if (isCancelled && progress.Status is not (JobStatus.Cancelled or JobStatus.Completed)) throw new InvariantException($"the cancelled job is {progress.Status}");
        if (!isCancelled && (progress.Finished, progress.ShardsFinished, progress.Failed) != (2L * committed, committed, committed))
            throw new InvariantException($"{progress.Finished} samples of {progress.ShardsFinished} shards are said to be finished, {progress.Failed} of them failed; {committed} shards are committed");
    }

    private static byte[]? Read(MemoryStore store, string path) => Wait(store.ReadAsync(path));

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
