using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Catalogue;

/// <summary>How a job stands that nobody has woken, as far as its small files say, and these files.</summary>
/// <param name="Listing">How it stands.</param>
/// <param name="Record">What was asked; null where a file is damaged.</param>
/// <param name="Plan">Its plan; null before Start, and where a file is damaged.</param>
/// <param name="Decision">What was decided last; null where nothing was, and where a file is damaged.</param>
public sealed record StoredJob(JobListing Listing, JobRecord? Record, JobPlan? Plan, JobDecision? Decision)
{
    /// <summary>Reads a job that has not told how it is; its status is <see cref="JobStatus.Recovering"/> where its shards would have to be counted. Null where there is no such job.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<StoredJob?> ReadAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            if (await JobFiles.ReadRecordAsync(store, job, cancellationToken).ConfigureAwait(false) is not { } record) return null;
            var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken).ConfigureAwait(false);
            var decided = last < 0 ? null : await JobDecisionFiles.ReadAsync(store, job, last, cancellationToken).ConfigureAwait(false);
            var decision = decided ?? new JobDecision();
            var plan = await JobFiles.ReadPlanAsync(store, job, cancellationToken).ConfigureAwait(false);
            var summary = plan is null ? null : await JobFiles.ReadSummaryAsync(store, job, cancellationToken).ConfigureAwait(false);
            var listing = new JobListing
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
            return new StoredJob(listing, record, plan, decided);
        }
        catch (InvalidInputException damaged)
        {
            return new StoredJob(new JobListing { JobId = job, Status = JobStatus.Failed, Code = JobCodes.Damaged, Message = damaged.Message }, null, null, null);
        }
    }
}
