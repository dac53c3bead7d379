using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Catalogue;

/// <summary>How a job stands that nobody has woken, as far as its small files say.</summary>
public static class StoredJob
{
    /// <summary>Reads a job that has not told how it is; <see cref="JobStatus.Recovering"/> where its shards would have to be counted, null where there is no such job.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<JobListing?> ReadAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            if (await JobFiles.ReadRecordAsync(store, job, cancellationToken).ConfigureAwait(false) is not { } record) return null;
            var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken).ConfigureAwait(false);
            var decision = (last < 0 ? null : await JobDecisionFiles.ReadAsync(store, job, last, cancellationToken).ConfigureAwait(false)) ?? new JobDecision();
            var plan = await JobFiles.ReadPlanAsync(store, job, cancellationToken).ConfigureAwait(false);
            var summary = plan is null ? null : await JobFiles.ReadSummaryAsync(store, job, cancellationToken).ConfigureAwait(false);
            return new JobListing
            {
                JobId = job,
                Status = decision switch
                {
                    { Lifecycle: JobLifecycle.Deleted } => JobStatus.Cancelled,
                    _ when summary is not null && !decision.IsRestoring => JobStatus.Completed,
                    { Lifecycle: JobLifecycle.Cancelled } => JobStatus.Cancelled,
                    _ when plan is null => JobStatus.Staging,
                    { Lifecycle: JobLifecycle.Paused } => JobStatus.Paused,
                    _ => JobStatus.Recovering,
                },
                Submitter = decision.Scheduling.Submitter,
                Priority = decision.Scheduling.Priority,
                ModelDigest = record.Spec.ModelDigest,
                Samples = plan?.Samples ?? 0,
                Finished = summary is null ? 0 : plan!.Samples,
                Failed = summary?.Failed ?? 0,
                Created = record.Created,
                Changed = last < 0 ? null : decision.Changed,
            };
        }
        catch (InvalidInputException damaged)
        {
            return new JobListing { JobId = job, Status = JobStatus.Failed, Code = JobCodes.Damaged, Message = damaged.Message };
        }
    }
}
