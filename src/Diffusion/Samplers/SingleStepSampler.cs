using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>A sampler whose steps know nothing of each other: x_{t-1} is a function of x_t, the network and fresh noise.</summary>
public abstract class SingleStepSampler : ISampler
{
    /// <summary>Whether <see cref="Step"/> uses its noise at all; where not, none needs to be drawn.</summary>
    public abstract bool UsesNoise { get; }

    /// <inheritdoc/>
    public int StepsIn(NoiseSchedule schedule) => schedule.Steps;

    /// <inheritdoc/>
    public IEnumerable<SamplingStep> Run(DenoisingProcess process, Func<int, Tensor> noise, CancellationToken cancellationToken = default) =>
        SamplingLoop.Run(Enumerable.Range(0, process.Diffusion.Schedule.Steps).Reverse(), noise(-1), (x, index) =>
            Step(process, x, index, UsesNoise && index > 0 ? noise(index) : x), cancellationToken);

    /// <summary>Takes one step.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    /// <param name="noise">Standard normal, as x; ignored at t = 0.</param>
    /// <returns>x_{t-1} and the predicted x_0.</returns>
    public abstract (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, StepIndex t, Tensor noise);
}
