namespace Atelier.Abstractions.Workers;

/// <summary>Knows which jobs want workers and hands out their leases; one for the cluster, with the key 0. It keeps nothing durable.</summary>
[Alias("atelier.IDispatcherGrain")]
public interface IDispatcherGrain : IGrainWithIntegerKey
{
    /// <summary>Says that a job has work; repeated by the job every few seconds, so that a reborn dispatcher learns of it.</summary>
    /// <param name="demand">The job and its share.</param>
    [Alias("Register")]
    Task Register(JobDemand demand);

    /// <summary>Says that a job has no more work.</summary>
    /// <param name="jobId">The job.</param>
    [Alias("Unregister")]
    Task Unregister(string jobId);

    /// <summary>
    /// Asks for work of any job: higher classes first, fair shares within a class, and the model that is loaded while that is fair. Where there is none, the call
    /// waits some seconds for it, those who have waited longest being served first.
    /// </summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait; a lease that nobody waits for any more goes back to its job.</param>
    /// <returns>A lease, or null when there was none; ask again at once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [Alias("Acquire")]
    Task<WorkLease?> Acquire(WorkerInfo worker, CancellationToken cancellationToken = default);
}
