using Atelier.Abstractions.Workers;
using Atelier.Silo.Drawing;

namespace Atelier.Silo.Leasing;

/// <summary>How far the work of a lease is, for its heartbeats and for the worker that leases ahead. One task writes; others read.</summary>
/// <param name="lease">The lease.</param>
/// <param name="pace">Of the worker.</param>
internal sealed class LeaseState(WorkLease lease, DrawingPace pace)
{
    /// <summary>
    /// How long before a shard is drawn the next lease is asked for: longer than its files take to read, and so short that a worker that is idle does not
    /// miss a shard which waits here.
    /// </summary>
    public static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _soonDrawn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkStage _stage;
    private volatile ShardDrawing? _drawing;

    public WorkLease Lease => lease;

    /// <summary>The batch that is drawn, from 0; null when none is.</summary>
    public int? Batch => _drawing?.Batch is >= 0 and var batch ? batch : null;

    /// <summary>The denoising step of that batch, from 0; null when there is none.</summary>
    public int? Step => _drawing?.Step is >= 0 and var step ? step : null;

    /// <summary>What went wrong, in words; null while nothing has.</summary>
    public string? Fault { get; set; }

    public WorkStage Stage
    {
        get => _stage;
        set => _stage = value;
    }

    /// <summary>Completes when the device will soon be of use to another lease.</summary>
    public Task SoonDrawn => _soonDrawn.Task;

    /// <summary>Whether the lease was given back since it waited too long for the device.</summary>
    public bool HasWaitedInVain { get; set; }

    /// <summary>The drawing begins.</summary>
    public void Begin(ShardDrawing drawing)
    {
        _drawing = drawing;
        _stage = WorkStage.Drawing;
        LookAhead();
    }

    /// <summary>Completes <see cref="SoonDrawn"/> if the rest of the shard takes no longer than <see cref="Lead"/> after the step that is next.</summary>
    public void LookAhead()
    {
        var perSecond = pace.PerSecond;
        if (perSecond > 0 && (lease.Samples - Drawn) / perSecond <= Lead.TotalSeconds + pace.StepSeconds) NeedDeviceNoMore();
    }

    /// <summary>The device is of use to another lease.</summary>
    public void NeedDeviceNoMore() => _soonDrawn.TrySetResult();

    /// <summary>The state now. The pace is that of the shard on the device.</summary>
    public WorkProgress Progress() => new(Drawn)
    {
        Stage = _stage == WorkStage.Drawing && _drawing is { WaitsForWriter: true } ? WorkStage.Finishing : _stage,
        SamplesPerSecond = _stage == WorkStage.Drawing ? pace.PerSecond : 0,
        StepSeconds = pace.StepSeconds,
    };

    private double Drawn => _drawing?.Drawn ?? 0;
}
