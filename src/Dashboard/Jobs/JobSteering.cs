using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Client;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Jobs;

/// <summary>Carries out what people decide about jobs. Every act may be repeated.</summary>
internal sealed class JobSteering(JobReader reader, JobList list, ClusterLink cluster, Acts acts, Labelling labelling)
{
    private const int AtOnce = 16;

    /// <summary>Does something with a job.</summary>
    /// <returns>The job afterwards; of one that is being deleted, as it was.</returns>
    /// <exception cref="ProblemException">There is no such job, or it stands so that this cannot be done.</exception>
    public async Task<JobSnapshot> ActAsync(string job, JobAct act, string? reason, string name, CancellationToken cancellationToken)
    {
        var before = await reader.ReadLiveAsync(job, cancellationToken);
        Check(job, act, before.Progress.Status);
        await acts.BeginAsync($"job.{JsonNamingPolicy.KebabCaseLower.ConvertName(act.ToString())}", job, before.Description?.Scheduling.Submitter, reason, cancellationToken);
        await TellAsync((client, cancel) => act switch
        {
            JobAct.Pause => client.PauseAsync(job, reason, cancel),
            JobAct.Resume => client.ResumeAsync(job, reason, cancel),
            JobAct.Cancel => client.CancelAsync(job, reason, cancel),
            JobAct.RetryFailed => client.RetryFailedAsync(job, reason, cancel),
            _ => DeleteAsync(client, job, reason, cancel),
        }, name, cancellationToken);
        return act == JobAct.Delete ? before : await reader.ReadLiveAsync(job, cancellationToken);
    }

    /// <summary>Changes the job's class and share, its labels, or its note.</summary>
    /// <exception cref="ProblemException">There is no such job, or its class or share is to be changed and it has ended.</exception>
    public async Task<JobSnapshot> ChangeAsync(string job, JobChange change, string name, CancellationToken cancellationToken)
    {
        var (before, told, _, _) = await reader.ReadLiveAsync(job, cancellationToken);
        Labelling.Check(change.Labels, change.Note);
        var isScheduled = change.Priority is not null || change.Weight is not null || (change.Labels is null && change.Note is null);
        if (isScheduled && before.Status is JobStatus.Completed or JobStatus.Cancelled) throw Final(job, before.Status);
        if (told is null) throw ProblemException.Conflict("job.damaged", before.Message ?? $"job '{job}' cannot be read");
        await acts.BeginAsync("job.change", job, told.Scheduling.Submitter, change.Reason, cancellationToken);
        await labelling.WriteAsync(told, change.Labels, change.Note, isFirst: false, name, cancellationToken);
        if (!isScheduled) return await reader.ReadLiveAsync(job, cancellationToken);
        await TellAsync(
            (client, cancel) => client.SetPriorityAsync(job, change.Priority ?? before.Priority, change.Weight ?? before.Weight, change.Reason, cancel), name, cancellationToken);
        return await reader.ReadLiveAsync(job, cancellationToken);
    }

    /// <summary>Does something with several jobs, some at a time; what fails for one does not keep it from the others.</summary>
    public async Task<IReadOnlyList<JobBatchResult>> ActOnAllAsync(JobBatchRequest request, string name, CancellationToken cancellationToken)
    {
        var results = new JobBatchResult[request.Jobs.Count];
        await Parallel.ForAsync(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (place, cancel) =>
        {
            var job = request.Jobs[place];
            try
            {
                await ActAsync(job, request.Act, request.Reason, name, cancel);
                results[place] = new JobBatchResult(job, request.Act == JobAct.Delete ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
            }
            catch (ProblemException refused)
            {
                results[place] = new JobBatchResult(job, refused.Status, refused.Code, refused.Message);
            }
            catch (InvalidInputException invalid)
            {
                results[place] = new JobBatchResult(job, StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, invalid.Message);
            }
            catch (ClusterUnreachableException silent)
            {
                results[place] = new JobBatchResult(job, StatusCodes.Status503ServiceUnavailable, ProblemCodes.ClusterUnreachable, silent.Message);
            }
        });
        return results;
    }

    private async Task TellAsync(Func<AtelierClient, CancellationToken, Task> tell, string name, CancellationToken cancellationToken)
    {
        await cluster.TellAsync((client, cancel) => tell(client.As(name), cancel), cancellationToken);
        list.Expire();
    }

    private static async Task DeleteAsync(AtelierClient client, string job, string? reason, CancellationToken cancellationToken)
    {
        try
        {
            await client.BeginDeleteAsync(job, reason, cancellationToken);
        }
        catch (InvalidInputException refused)
        {
            throw ProblemException.Conflict("job.at_work", refused.Message);
        }
    }

    private static void Check(string job, JobAct act, JobStatus status)
    {
        if (status == JobStatus.Cancelled && act is JobAct.Pause or JobAct.Resume or JobAct.RetryFailed) throw Final(job, status);
        if (status == JobStatus.Completed && act is JobAct.Pause or JobAct.Cancel) throw Final(job, status);
    }

    private static ProblemException Final(string job, JobStatus status) =>
        ProblemException.Conflict("job.final", $"job '{job}' is {status.ToString().ToLowerInvariant()}, which is final");
}
