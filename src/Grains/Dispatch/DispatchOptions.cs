namespace Atelier.Grains.Dispatch;

/// <summary>How the dispatcher behaves.</summary>
public sealed class DispatchOptions
{
    /// <summary>
    /// Whether unfinished jobs of the store go on by themselves after everything was stopped. A cluster wants it; a run of one job in a folder must
    /// not take up the jobs in the folders next to it.
    /// </summary>
    /// <value>Default false.</value>
    public bool ResumeJobs { get; set; }

    /// <summary>
    /// How long a worker's call for work waits where there is none. At most half of the response timeout of Orleans is used, whatever is set here: a call
    /// that ran into it would be lost.
    /// </summary>
    /// <value>Default 5 s.</value>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(5);
}
