using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>Reads a job from the cluster, or from the store where no silo answers.</summary>
internal sealed class JobReader(ClusterLink cluster, IStore store, LabelBook labels, TimeProvider time)
{
    /// <summary>A job.</summary>
    /// <exception cref="ProblemException">There is no such job.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<JobSnapshot> ReadAsync(string job, CancellationToken cancellationToken)
    {
        CheckName(job);
        try
        {
            return await ReadLiveAsync(job, cancellationToken);
        }
        catch (ClusterUnreachableException)
        {
            return await ReadStoredAsync(job, cancellationToken) ?? throw Unknown(job);
        }
    }

    /// <summary>A job, as the cluster says.</summary>
    /// <exception cref="ProblemException">There is no such job.</exception>
    /// <exception cref="ClusterUnreachableException">No silo answers.</exception>
    public async Task<JobSnapshot> ReadLiveAsync(string job, CancellationToken cancellationToken)
    {
        CheckName(job);
        var progress = await cluster.AskAsync((client, cancel) => client.GetProgressAsync(job, cancel), cancellationToken);
        if (progress.Status == JobStatus.Unknown) throw Unknown(job);
        try
        {
            var told = await cluster.AskAsync((client, cancel) => client.DescribeAsync(job, cancel), cancellationToken);
            return new JobSnapshot(progress, told, true, time.GetUtcNow()) { Labels = await labels.FindAsync(job, told.Created, cancellationToken) };
        }
        catch (InvalidInputException)
        {
            // Its progress says what is damaged.
            return new JobSnapshot(progress, null, true, time.GetUtcNow());
        }
    }

    /// <summary>The plan of a job that was started.</summary>
    /// <exception cref="ProblemException">There is no such job, or it is not started.</exception>
    public async Task<JobPlan> ReadPlanAsync(string job, CancellationToken cancellationToken)
    {
        CheckName(job);
        if (await JobFiles.ReadPlanAsync(store, job, cancellationToken) is { } plan) return plan;
        if (await JobFiles.ReadRecordAsync(store, job, cancellationToken) is null) throw Unknown(job);
        throw ProblemException.Conflict("job.not_started", $"job '{job}' is not started: its rows are still being staged");
    }

    /// <summary>There is no such job.</summary>
    public static ProblemException Unknown(string job) => ProblemException.NotFound("job.unknown", $"there is no job '{job}'");

    /// <summary>Refuses what can be no job's name.</summary>
    public static void CheckName(string job)
    {
        if (!JobIndex.IsName(job)) throw Unknown(job);
    }

    private async Task<JobSnapshot?> ReadStoredAsync(string job, CancellationToken cancellationToken)
    {
        if (await StoredJob.ReadAsync(store, job, cancellationToken) is not var (listing, stored, plan, decision)) return null;
        var asOf = time.GetUtcNow();
        if (stored is not { } record) return new JobSnapshot(listing.ToProgress(), null, false, asOf);
        var outcome = await JobIndex.ReadOutcomeAsync(store, job, cancellationToken);
        var committed = plan is null ? 0 : listing.Status == JobStatus.Completed ? plan.Shards : await CountAsync(job, cancellationToken);
        // Without the last shard, which may hold fewer.
        var finished = Math.Min((long)committed * (plan?.ShardSize ?? 0), listing.Samples);
        var progress = (outcome is { } ended && ended.Status == listing.Status ? ended.ToListing(job) : listing with { Finished = finished }).ToProgress() with
        {
            Priority = listing.Priority,
            Weight = decision?.Scheduling.Weight ?? 1,
            Shards = plan?.Shards ?? 0,
            ShardSize = plan?.ShardSize ?? 0,
            BatchSize = plan?.BatchSize,
            ShardsFinished = committed,
        };
        var description = new JobDescription
        {
            JobId = job,
            Incarnation = record.Incarnation,
            Spec = record.Spec,
            Scheduling = decision?.Scheduling ?? new JobScheduling { Submitter = listing.Submitter },
            Plan = plan,
            Created = record.Created,
            Started = plan?.Started,
            Changed = decision?.Changed,
            Finalizing = outcome?.Finalizing,
            Ended = outcome?.Ended,
            LastDecision = decision?.By is { } name ? new DecidedBy(name, decision.Reason) : null,
        };
        return new JobSnapshot(progress, description, false, asOf) { Labels = await labels.FindAsync(job, record.Created, cancellationToken) };
    }

    private async Task<int> CountAsync(string job, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job), cancellationToken))
            if (entry.Path.EndsWith(".json", StringComparison.Ordinal)) count++;
        return count;
    }
}
