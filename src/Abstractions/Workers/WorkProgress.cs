
namespace Atelier.Abstractions.Workers;

/// <summary>How far a worker is with the work of a lease.</summary>
/// <param name="Drawn">Samples of the shard drawn so far, in parts: half the work of a batch counts as half its samples.</param>
[GenerateSerializer, Immutable, Alias("atelier.WorkProgress")]
public sealed record WorkProgress([property: Id(0)] double Drawn)
{
    /// <summary>What the worker is doing.</summary>
    [Id(1)] public WorkStage Stage { get; init; } = WorkStage.Drawing;

    /// <summary>Samples of this job that the worker draws in a second, by its denoising steps of the last half minute or so; 0 before it has measured any.</summary>
    [Id(2)] public double SamplesPerSecond { get; init; }

    /// <summary>Seconds of one denoising step on the device, as measured; 0 before one was.</summary>
    [Id(3)] public double StepSeconds { get; init; }
}
