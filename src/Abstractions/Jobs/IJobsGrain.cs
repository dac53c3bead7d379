namespace Atelier.Abstractions.Jobs;

/// <summary>All jobs of the store; one for the cluster, with the key 0. It keeps nothing.</summary>
[Alias("atelier.IJobsGrain")]
public interface IJobsGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Every job of the store as it is now, in ordinal order of the names. A job whose state the store does not yield in time is listed as
    /// <see cref="JobStatus.Recovering"/>. A caller that loses the listing calls again with the last name it got.
    /// </summary>
    /// <param name="after">Lists only jobs whose name comes after this one; null for all.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    [Alias("List")]
    IAsyncEnumerable<JobProgress> List(string? after = null);

    /// <summary>Where the jobs are: the path of a folder, or the URL of a container; never credentials.</summary>
    [Alias("GetStore")]
    Task<string> GetStore();
}
