using Atelier.Abstractions.Workers;

namespace Atelier.Silo.Leasing;

/// <summary>A lease that heartbeats keep alive until this is disposed.</summary>
/// <param name="lease">The lease.</param>
/// <param name="progress">How far the work is.</param>
/// <param name="end">Ends its heartbeats.</param>
internal sealed class KeptLease(WorkLease lease, Func<WorkProgress> progress, Func<KeptLease, Task> end) : IAsyncDisposable
{
    private readonly CancellationTokenSource _unwanted = new();

    public WorkLease Lease => lease;

    /// <summary>Cancelled when the work is not wanted any more.</summary>
    public CancellationToken Unwanted => _unwanted.Token;

    /// <summary>Ticks that it has lived through; the heartbeats' own.</summary>
    public int Ticks { get; set; }

    /// <summary>How far the work is.</summary>
    public WorkProgress Progress() => progress();

    /// <summary>Says that the work is not wanted any more.</summary>
    public Task CancelAsync() => _unwanted.CancelAsync();

    /// <summary>Ends the heartbeats; none is on its way when the task completes.</summary>
    public Task EndAsync() => end(this);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _unwanted.Dispose();
    }
}
