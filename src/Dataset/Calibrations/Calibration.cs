namespace Atelier.Dataset.Calibrations;

/// <summary>What was measured of a model on a device, from which the batch sizes of jobs that leave theirs open are taken.</summary>
public sealed record Calibration
{
    /// <summary>Share of the best rate that a smaller batch may lack: less memory and shorter steps are worth more than the noise of measuring.</summary>
    public const double Tolerance = 0.05;

    /// <summary>What was measured on: the device, the precision, and the width of the images.</summary>
    public required string Device { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset Measured { get; init; }

    /// <summary>The measurements, by rising batch size.</summary>
    public required IReadOnlyList<BatchMeasurement> Measurements { get; init; }

    /// <summary>The smallest batch size that is within <see cref="Tolerance"/> of the best rate.</summary>
    /// <exception cref="InvalidDataException">Nothing was measured.</exception>
    public int BatchSize
    {
        get
        {
            if (Measurements.Count == 0) throw new InvalidDataException($"the calibration of {Device} has no measurements");
            var enough = (1 - Tolerance) * Measurements.Max(one => one.SampleStepsPerSecond);
            return Measurements.Where(one => one.SampleStepsPerSecond >= enough).Min(one => one.BatchSize);
        }
    }
}
