using Atelier.Diffusion.Processes;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>One way of going from x_t to x_{t-1}.</summary>
public interface ISampler
{
    /// <summary>Whether <see cref="Step"/> uses its noise at all; where not, none needs to be drawn.</summary>
    bool UsesNoise { get; }

    /// <summary>Takes one step.</summary>
    /// <param name="diffusion">The process.</param>
    /// <param name="modelOutput">The denoiser's output for x_t, [N, 2C, H, W].</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">[N] int64 indices into the respaced schedule.</param>
    /// <param name="noise">Standard normal, as x; ignored at t = 0.</param>
    /// <param name="clipDenoised">Whether the predicted x_0 is clipped to [-1, 1].</param>
    /// <returns>x_{t-1} and the predicted x_0.</returns>
    (Tensor Sample, Tensor PredictedXStart) Step(
        GaussianDiffusion diffusion, Tensor modelOutput, Tensor x, Tensor t, Tensor noise, bool clipDenoised = true);
}
