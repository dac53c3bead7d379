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

    /// <summary>Asks for work of any job: higher classes first, fair shares within a class, and the model that is loaded while that is fair.</summary>
    /// <param name="worker">Who asks.</param>
    /// <returns>A lease, or null when there is none; ask again a little later.</returns>
    [Alias("Acquire")]
    Task<WorkLease?> Acquire(WorkerInfo worker);
}
