using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>One way of going from x_T to x_0.</summary>
public interface ISampler
{
    /// <summary>Steps of a run.</summary>
    /// <param name="schedule">The respaced schedule of the run.</param>
    int StepsIn(NoiseSchedule schedule);

    /// <summary>The samples after each step, noisiest first. One dispose scope a step; the caller owns what is yielded.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="noise">Standard normal [N, C, H, W] noise: of x_T for -1, of step index t otherwise.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    IEnumerable<SamplingStep> Run(DenoisingProcess process, Func<int, Tensor> noise, CancellationToken cancellationToken = default);
}
