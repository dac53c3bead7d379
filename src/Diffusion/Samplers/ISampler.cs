using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>One way of going from noise to an image.</summary>
public interface ISampler
{
    /// <summary>The levels that it wants to visit.</summary>
    LevelSpacing Spacing => LevelSpacing.Timesteps;

    /// <summary>Those of a run's steps that it takes.</summary>
    /// <param name="run">The run.</param>
    int StepsIn(LevelRun run) => run.Steps;

    /// <summary>The samples after each step, noisiest first. One dispose scope a step; the caller owns what is yielded.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="noise">Standard normal [N, C, H, W] noise: of x_T for -1, of step index t otherwise.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <exception cref="ArgumentException">There are too few steps.</exception>
    IEnumerable<SamplingStep> Run(DenoisingProcess process, LevelRun run, Func<int, Tensor> noise, CancellationToken cancellationToken = default);
}
