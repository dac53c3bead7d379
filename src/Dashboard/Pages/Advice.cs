using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Pages;

/// <summary>What a person can do about how a job stands, as a sentence; empty where nothing is to be done.</summary>
internal static class Advice
{
    public static string For(JobState state, string? code, string? reason) => (state, code) switch
    {
        (JobState.Failed, JobCodes.Damaged) => "Restore the file from a copy, then retry.",
        (JobState.Failed, _) => "Retry the work that was set aside, or cancel the job.",
        (_, JobCodes.StoreFull) => "Make room in the store; the job goes on by itself.",
        (_, JobCodes.StoreUnreachable) => "Nothing to do: the cluster tries again by itself.",
        (JobState.Waiting, JobCodes.NoWorkers) => "Start a silo, or see which workers there are.",
        (JobState.Waiting, JobCodes.OtherNumerics) => "Start workers of the job's numerics class.",
        (JobState.Waiting, JobCodes.WorkerUnfit) => "Start a silo with the model, or upload it.",
        (JobState.Waiting, _) when reason is not null => "See which workers there are.",
        (JobState.Staging, _) => "Submit the same list again to complete it, or cancel the job.",
        (JobState.Paused, _) => "Resume it to go on.",
        _ => "",
    };

    /// <summary>Whether somebody has to do something before it goes on.</summary>
    public static bool IsNeeded(JobState state) => state is JobState.Failed or JobState.Waiting;

    /// <summary>The state of a job that is in a list.</summary>
    public static JobState StateOf(JobProgress job) => JobStates.Of(job.Status, job.Message, job.ImagesPerSecond, job.Failed);
}
