using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Dispatch;

/// <summary>A call for work that has not been answered yet.</summary>
/// <param name="info">Who waits.</param>
/// <param name="since">When it began, as a timestamp.</param>
internal sealed class WaitingWorker(WorkerInfo info, long since)
{
    public WorkerInfo Info => info;

    public WorkerKind Kind { get; } = WorkerKind.Of(info);

    public long Since => since;

    /// <summary>Whether a job is being asked for it right now.</summary>
    public bool IsAsking { get; set; }

    /// <summary>The lease, or null when the wait is over; cancelled when the caller is gone.</summary>
    public TaskCompletionSource<WorkLease?> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
