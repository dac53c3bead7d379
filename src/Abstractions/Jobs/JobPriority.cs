namespace Atelier.Abstractions.Jobs;

/// <summary>Class of a job: a higher one goes first, but for the small share that waiting lower ones are kept.</summary>
public enum JobPriority
{
    /// <summary>Works when nothing else wants workers, and with one lease in sixteen when something does.</summary>
    Low = -1,

    /// <summary>The usual class.</summary>
    Normal = 0,

    /// <summary>Goes before all others.</summary>
    High = 1,
}
