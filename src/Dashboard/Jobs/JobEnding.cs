using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>What became of an ended job's samples.</summary>
internal enum JobEnding
{
    /// <summary>All have images.</summary>
    All,

    /// <summary>Some have.</summary>
    Some,

    /// <summary>None has.</summary>
    None,
}

/// <summary>Tells what became of a job's samples.</summary>
internal static class JobEndings
{
    /// <summary>The ending; null of a job that has not ended.</summary>
    public static JobEnding? Of(JobStatus status, long samples, long finished, long failed) => status switch
    {
        not (JobStatus.Completed or JobStatus.Cancelled or JobStatus.Failed) => null,
        _ when finished - failed <= 0 => JobEnding.None,
        _ when finished - failed >= samples => JobEnding.All,
        _ => JobEnding.Some,
    };
}
