using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;

namespace Atelier.Client;

/// <content>What is decided about a job.</content>
public sealed partial class AtelierClient
{
    /// <summary>Gives the job no more workers until it is resumed; what it has finished stays.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or it is cancelled.</exception>
    public Task PauseAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default) => _retry.RunAsync(() => Job(jobId).Pause(By(reason)), cancellationToken);

    /// <summary>Goes on with a paused job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or it is cancelled.</exception>
    public Task ResumeAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default) => _retry.RunAsync(() => Job(jobId).Resume(By(reason)), cancellationToken);

    /// <summary>Stops the job for good; what it has finished stays.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job.</exception>
    public Task CancelAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).Cancel(By(reason)), cancellationToken);

    /// <summary>Removes a job that is not running, and all its files; completes when nothing is left of it. Where there is no such job, nothing happens.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Ends the waiting; the cluster goes on.</param>
    /// <exception cref="InvalidInputException">The job is running, or its workers have not stopped yet.</exception>
    public async Task DeleteAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default)
    {
        await BeginDeleteAsync(jobId, reason, cancellationToken);
        while ((await GetProgressAsync(jobId, cancellationToken)).Status != JobStatus.Unknown) await Task.Delay(_options.Pause, _time, cancellationToken);
    }

    /// <summary>The same, without waiting for the files: when it completes, it is certain that they will go.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The job is running, or its workers have not stopped yet.</exception>
    public Task BeginDeleteAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).Delete(By(reason)), cancellationToken);

    /// <summary>Changes the job's class and share of the workers.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="priority">The class.</param>
    /// <param name="weight">Its share among the submitter's jobs of that class, 1 to <see cref="JobScheduling.MaxWeight"/>.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">A value is not allowed, there is no such job, or it is cancelled.</exception>
    public Task SetPriorityAsync(string jobId, JobPriority priority, int weight, string? reason = null, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(() => Job(jobId).SetPriority(priority, weight, By(reason)), cancellationToken);

    /// <summary>Puts shards that were set aside back to work.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="reason">Why, for those who look at the job later; at most 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or it is cancelled.</exception>
    public Task RetryFailedAsync(string jobId, string? reason = null, CancellationToken cancellationToken = default) => _retry.RunAsync(() => Job(jobId).RetryFailed(By(reason)), cancellationToken);

    private DecidedBy By(string? reason) => new(_name, reason);
}
