namespace Atelier.Dataset.Calibrations;

/// <summary>How fast a device draws in batches of one size.</summary>
public sealed record BatchMeasurement
{
    /// <summary>Samples that go through the network together.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Seconds that a guided step of such a batch takes; where images are enlarged, one step of each of the two networks.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Samples that take such a step in a second; what is to be high.</summary>
    public double SampleStepsPerSecond => BatchSize / StepSeconds;
}
