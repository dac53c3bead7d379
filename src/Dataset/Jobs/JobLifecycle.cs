namespace Atelier.Dataset.Jobs;

/// <summary>What people have decided about a job.</summary>
public enum JobLifecycle
{
    /// <summary>It is to be worked on.</summary>
    Running,

    /// <summary>It waits until it is resumed.</summary>
    Paused,

    /// <summary>It is stopped for good.</summary>
    Cancelled,
}
