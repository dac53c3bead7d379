using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Calibrations;
using Atelier.Dataset.Stores;
using Atelier.Silo.Devices;
using Atelier.Silo.Models;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Drawing;

/// <summary>
/// Finds the batch size that suits a model on this worker's device: the store's calibration of both, or else a measurement, which is recorded there for the
/// jobs and workers to come.
/// </summary>
internal sealed partial class BatchCalibration(IStore store, DeviceThread device, TimeProvider time, ILogger logger)
{
    private const int LargestBatch = 256;

    // One doubling may gain nothing by accident, two do not.
    private const int DoublingsInVain = 2;

    // A batch that takes longer a step is the last one tried. A few seconds are measured in all then, and a GPU is busy long before.
    private static readonly TimeSpan LongStep = TimeSpan.FromSeconds(0.5);

    /// <summary>The batch size for jobs that draw with a model as a spec says.</summary>
    /// <param name="spec">The job's spec.</param>
    /// <param name="model">Its model.</param>
    /// <param name="cancellationToken">Gives up at the next step; nothing is recorded.</param>
    /// <exception cref="Abstractions.InvalidInputException">The recorded calibration is damaged; the message names the file.</exception>
    public async Task<int> FindAsync(JobSpec spec, IImageModel model, CancellationToken cancellationToken)
    {
        var size = model.ImageSizeOf(spec.ToSamplingSettings(batchSize: 1));
        var name = size.Width == size.Height ? $"{model.Device} {size.Width}px" : $"{model.Device} {size}px";
        if (await CalibrationFiles.ReadAsync(store, spec.ModelDigest, name, cancellationToken) is { } recorded) return recorded.BatchSize;

        var measurements = await device.RunAsync(() => Measure(batch => model.TimeStep(batch, spec.Upsample, cancellationToken)));
        var calibration = new Calibration { Device = name, Measured = time.GetUtcNow(), Measurements = measurements };
        LogMeasured(spec.Model, name, calibration.BatchSize, measurements[^1].BatchSize);
        try
        {
            if (!await CalibrationFiles.TryCreateAsync(store, spec.ModelDigest, calibration, cancellationToken)
                && await CalibrationFiles.ReadAsync(store, spec.ModelDigest, name, cancellationToken) is { } other) return other.BatchSize;
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            // The job keeps its batch size in a file of its own; the next one measures again.
            LogNotRecorded(lost, CalibrationFiles.Path(spec.ModelDigest, name));
        }
        return calibration.BatchSize;
    }

    /// <summary>Measures batches of 1, 2, 4, ... samples, until more of them gain nothing, take long, or do not fit into memory.</summary>
    /// <param name="timeStep">How long a step of a batch takes.</param>
    internal static List<BatchMeasurement> Measure(Func<int, TimeSpan> timeStep)
    {
        var measurements = new List<BatchMeasurement>();
        var (best, inVain) = (0.0, 0);
        for (var batch = 1; batch <= LargestBatch; batch *= 2)
        {
            TimeSpan step;
            try
            {
                step = timeStep(batch);
            }
            catch (Exception full) when (batch > 1 && SamplerFault.IsOfMemory(full))
            {
                break;
            }
            var measured = new BatchMeasurement { BatchSize = batch, StepSeconds = Math.Max(step.TotalSeconds, TimeSpan.FromTicks(1).TotalSeconds) };
            measurements.Add(measured);
            inVain = measured.SampleStepsPerSecond < (1 + Calibration.Tolerance) * best ? inVain + 1 : 0;
            best = Math.Max(best, measured.SampleStepsPerSecond);
            if (inVain == DoublingsInVain || step > LongStep) break;
        }
        return measurements;
    }

    [LoggerMessage(LogLevel.Information, "Model {Model} on {Device} is best drawn in batches of {BatchSize}; measured up to {Largest}")]
    private partial void LogMeasured(string model, string device, int batchSize, int largest);

    [LoggerMessage(LogLevel.Warning, "The calibration {Path} could not be recorded; the next job that leaves its batch size open is measured anew")]
    private partial void LogNotRecorded(Exception exception, string path);
}
