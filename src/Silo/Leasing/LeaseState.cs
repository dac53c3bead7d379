using Atelier.Abstractions.Workers;
using Atelier.Silo.Drawing;

namespace Atelier.Silo.Leasing;

/// <summary>How far the work of a lease is, for its heartbeats. One task writes; another reads.</summary>
/// <param name="pace">Of the worker.</param>
internal sealed class LeaseState(DrawingPace pace)
{
    private volatile WorkStage _stage;
    private volatile ShardDrawing? _drawing;

    public WorkStage Stage
    {
        get => _stage;
        set => _stage = value;
    }

    /// <summary>The drawing begins.</summary>
    public void Begin(ShardDrawing drawing)
    {
        _drawing = drawing;
        _stage = WorkStage.Drawing;
    }

    /// <summary>The state now.</summary>
    public WorkProgress Progress() => new(_drawing?.Drawn ?? 0) { Stage = _stage, SamplesPerSecond = _drawing is null ? 0 : pace.PerSecond, StepSeconds = pace.StepSeconds };
}
