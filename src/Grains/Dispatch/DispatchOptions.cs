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
}
