namespace Atelier.Abstractions.Jobs;

/// <summary>All jobs of the store; one for the cluster, with the key 0. What it knows is gone with it, and comes back from the store and from the jobs at work.</summary>
[Alias("atelier.IJobsGrain")]
public interface IJobsGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Some jobs of the store, in ordinal order of their names, as they last said, or as the store says how they ended. No job is woken for it: one of which neither is
    /// known is listed as <see cref="JobStatus.Recovering"/>. A first call may take as long as the store takes to list all jobs.
    /// </summary>
    /// <param name="query">Which.</param>
    /// <exception cref="InvalidInputException">A value of the query is not allowed.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    [Alias("List")]
    Task<JobPage> List(JobQuery query);

    /// <summary>Says how a job is; called by the job when that changes, at most every two seconds unless its status does.</summary>
    /// <param name="job">The job; of status <see cref="JobStatus.Unknown"/> when it is gone.</param>
    [Alias("Report")]
    Task Report(JobListing job);

    /// <summary>Where the jobs are: the path of a folder, or the URL of a container; never credentials.</summary>
    [Alias("GetStore")]
    Task<string> GetStore();
}
