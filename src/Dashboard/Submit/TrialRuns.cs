using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dashboard.Samples;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;

namespace Atelier.Dashboard.Submit;

/// <summary>Draws the first rows of a list before all of it is submitted.</summary>
internal sealed class TrialRuns(JobSubmission submission, JobSteering steering, JobReader reader, GalleryReader gallery, IStore store, TimeProvider time)
{
    /// <summary>Submits a job of the first rows of a list, one sample each. Their seeds are those that they have in the whole.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> StartAsync(JobSpec spec, JobScheduling scheduling, UploadedList list, string name, string submitter, CancellationToken cancellationToken)
    {
        var few = list with { Id = UploadedLists.NewId(time.GetUtcNow()) };
        few = few with { Rows = await UploadedLists.WriteRowsAsync(store, few.Id, UploadedLists.ReadRowsAsync(store, list, cancellationToken).Take(Trial.Samples), () => true, cancellationToken) };
        var request = new JobRequest
        {
            Id = Trial.NewName(time.GetUtcNow()),
            Spec = spec with { ImagesPerPrompt = 1, ShardSize = Trial.Samples, BatchSize = Trial.Samples },
            Scheduling = scheduling,
        };
        try
        {
            await submission.SubmitAsync(request, few, null, name, submitter, cancellationToken);
        }
        finally
        {
            await UploadedLists.RemoveAsync(store, few.Id, CancellationToken.None);
        }
        return request.Id;
    }

    /// <summary>A trial and what is drawn of it; null where there is none of that name.</summary>
    public async Task<TrialLook?> TryReadAsync(string job, CancellationToken cancellationToken)
    {
        if (!Trial.IsName(job)) return null;
        try
        {
            var progress = (await reader.ReadAsync(job, cancellationToken)).Progress;
            if (progress.Samples == 0) return new TrialLook(progress, []);
            var plan = await reader.ReadPlanAsync(job, cancellationToken);
            return new TrialLook(progress, (await gallery.ReadAsync(job, plan, new GalleryQuery(), cancellationToken)).Samples);
        }
        catch (ProblemException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    /// <summary>Removes a trial, and stops it before, if need be.</summary>
    public async Task RemoveAsync(string job, string name, CancellationToken cancellationToken)
    {
        if (await TryReadAsync(job, cancellationToken) is not { } trial) return;
        if (trial.Progress.Status is not (JobStatus.Completed or JobStatus.Cancelled)) await steering.ActAsync(job, JobAct.Cancel, null, name, cancellationToken);
        await steering.ActAsync(job, JobAct.Delete, null, name, cancellationToken);
    }
}

/// <summary>A trial.</summary>
/// <param name="Progress">How it stands.</param>
/// <param name="Samples">What is drawn of it.</param>
internal sealed record TrialLook(JobProgress Progress, IReadOnlyList<GallerySample> Samples);
