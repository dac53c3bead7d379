using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;

namespace Atelier.Grains.Events;

/// <summary>Says what a decision about a job has changed.</summary>
internal static class DecisionChange
{
    /// <summary>What is another since; null where nothing that people decide is.</summary>
    public static Reason? Between(JobDecision before, JobDecision after)
    {
        var (code, what) = (before, after) switch
        {
            _ when before.Lifecycle != after.Lifecycle => after.Lifecycle switch
            {
                JobLifecycle.Paused => (JobCodes.Paused, "paused"),
                JobLifecycle.Running => (JobCodes.Resumed, "resumed"),
                JobLifecycle.Cancelled => (JobCodes.Cancelled, "cancelled"),
                _ => (JobCodes.Deleting, "deleted; its files are being removed"),
            },
            _ when before.Round != after.Round => (JobCodes.Retried, "work that was set aside is tried again"),
            // The first decision says whom the job is for, and that stays.
            _ when before.Scheduling != after.Scheduling && before.Scheduling.Submitter == after.Scheduling.Submitter => (JobCodes.Rescheduled, $"class {after.Scheduling.Priority.ToString().ToLowerInvariant()}, weight {after.Scheduling.Weight}"),
            _ when after.IsRestoring && !before.IsRestoring => (JobCodes.Restoring, "files that it had are missing and are made again"),
            _ => ("", ""),
        };
        if (code.Length == 0) return null;
        return new Reason(code, $"{what}{(after.By is { } by ? $" by {by}" : "")}{(after.Reason is { } why ? $": {why}" : "")}");
    }
}
