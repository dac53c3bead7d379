using Atelier.Diffusion.Pipelines;

namespace Atelier.Simulation;

/// <summary>How a simulated device behaves.</summary>
public sealed record SimulationOptions
{
    /// <summary>Width and height of the images.</summary>
    /// <value>Default 64.</value>
    public int ImageSize { get; init; } = 64;

    /// <summary>How long a batch takes, all its steps together.</summary>
    /// <value>Default none.</value>
    public TimeSpan BatchTime { get; init; }

    /// <summary>How long a step of a batch is said to take when batch sizes are compared; may throw.</summary>
    /// <value>Default 1 ms whatever the size, so that larger batches are better.</value>
    public Func<int, TimeSpan> StepTime { get; init; } = _ => TimeSpan.FromMilliseconds(1);

    /// <summary>Share of the samples whose output is not finite, 0 to 1; which ones follows from their seeds.</summary>
    /// <value>Default 0.</value>
    public double FailureRate { get; init; }

    /// <summary>The arithmetic; devices with different names have different numerics classes, and make different pixels.</summary>
    /// <value>Default <c>simulated</c>.</value>
    public string Arithmetic { get; init; } = "simulated";

    /// <summary>CUDA devices that the machine pretends to have.</summary>
    /// <value>Default 0.</value>
    public int CudaDevices { get; init; }

    /// <summary>Lets time pass; by default the thread sleeps until it is over or the work is cancelled.</summary>
    public Action<TimeSpan, CancellationToken> Wait { get; init; } = (time, cancellation) =>
    {
        if (time > TimeSpan.Zero) cancellation.WaitHandle.WaitOne(time);
    };

    /// <summary>Told of every batch before it is drawn.</summary>
    public Action<IReadOnlyList<SampleRequest>> OnBatch { get; init; } = _ => { };
}
