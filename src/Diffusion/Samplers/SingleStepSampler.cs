using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>A sampler whose steps know nothing of each other: x_{t-1} is a function of x_t, the network and fresh noise.</summary>
public abstract class SingleStepSampler : ISampler
{
    /// <inheritdoc/>
    public virtual LevelSpacing Spacing => LevelSpacing.Timesteps;

    /// <summary>Whether <see cref="Step"/> uses its noise at all; where not, none needs to be drawn.</summary>
    public abstract bool UsesNoise { get; }

    /// <inheritdoc/>
    public IEnumerable<SamplingStep> Run(
        DenoisingProcess process, LevelRun run, Func<int, Tensor> noise, CancellationToken cancellationToken = default) =>
        SamplingLoop.Run(Enumerable.Range(0, run.Steps).Reverse(), noise(-1), (x, index) =>
            Step(process, x, run, index, UsesNoise && run.To(index).Sigma > 0 ? noise(index) : x), cancellationToken);

    /// <summary>Takes one step.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="index">The step's index t, 0 is the last.</param>
    /// <param name="noise">Standard normal, as x; ignored where the step ends without noise.</param>
    /// <returns>x_{t-1} and the predicted x_0.</returns>
    public abstract (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, LevelRun run, int index, Tensor noise);
}
