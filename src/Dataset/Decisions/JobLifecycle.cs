namespace Atelier.Dataset.Decisions;

/// <summary>What people have decided about a job.</summary>
public enum JobLifecycle
{
    /// <summary>It is to be worked on.</summary>
    Running,

    /// <summary>It waits until it is resumed.</summary>
    Paused,

    /// <summary>It is stopped for good.</summary>
    Cancelled,

    /// <summary>Its files are being removed; what is left of them is no job any more.</summary>
    Deleted,
}
