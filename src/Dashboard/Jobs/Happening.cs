using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Something that has happened to a job.</summary>
internal sealed record Happening(string Id, DateTimeOffset At, string Shape, string Words, string? By)
{
    /// <summary>The same of an event.</summary>
    public static Happening Of(JobEvent told) => new(told.Id, told.At, ShapeOf(told.Code), told.Message, told.By is { } by && told.Message.Contains(by, StringComparison.Ordinal) ? null : told.By);

    private static string ShapeOf(string code) => code switch
    {
        JobCodes.Started or JobCodes.Resumed => "running",
        JobCodes.Completed => "done",
        JobCodes.Paused => "paused",
        JobCodes.Cancelled or JobCodes.Deleting => "cancelled",
        JobCodes.WorkSetAside or JobCodes.Damaged or JobCodes.Fault or JobCodes.StoreFull or JobCodes.StoreUnreachable => "failed",
        JobCodes.Retried or JobCodes.Restoring or JobCodes.WorkFailed or JobCodes.WorkerDied or JobCodes.WorkerSilent or JobCodes.DeviceStandsStill => "recovering",
        _ => "waiting",
    };
}
