using Atelier.Diffusion.Processes;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>Runs a sampler from x_T to x_0.</summary>
public static class SamplingLoop
{
    /// <summary>The samples after each step, noisiest first. One dispose scope a step; the caller owns what is yielded.</summary>
    /// <param name="sampler">How to step.</param>
    /// <param name="diffusion">The process.</param>
    /// <param name="denoiser">The guided network.</param>
    /// <param name="noise">Standard normal [N, C, H, W] noise: of x_T for -1, of step index t otherwise.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public static IEnumerable<SamplingStep> Run(
        ISampler sampler, GaussianDiffusion diffusion, IDenoiser denoiser, Func<int, Tensor> noise, CancellationToken cancellationToken = default)
    {
        var x = noise(-1);
        for (var step = diffusion.Schedule.Steps - 1; step >= 0; step--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = Step(sampler, diffusion, denoiser, x, step, noise);
            if (step == diffusion.Schedule.Steps - 1) x.Dispose();
            x = next.Sample;
            yield return next;
        }
    }

    // Apart from the iterator: dispose scopes belong to a thread and must not be open across a yield.
    private static SamplingStep Step(
        ISampler sampler, GaussianDiffusion diffusion, IDenoiser denoiser, Tensor x, int step, Func<int, Tensor> noise)
    {
        using var scope = NewDisposeScope();
        var t = full(x.shape[0], step, dtype: int64, device: x.device);
        var timesteps = full(x.shape[0], diffusion.Schedule.TimestepMap[step], dtype: int64, device: x.device);
        var drawn = sampler.UsesNoise ? noise(step) : x;
        var (sample, xStart) = sampler.Step(diffusion, denoiser.Predict(x, timesteps), x, t, drawn);
        return new SamplingStep(step, sample.MoveToOuterDisposeScope(), xStart.MoveToOuterDisposeScope());
    }
}
