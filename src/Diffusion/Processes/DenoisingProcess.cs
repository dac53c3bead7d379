using Atelier.Diffusion.Samplers;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>The reverse process of a guided network: all that a sampler knows of schedule, network and guidance.</summary>
/// <param name="diffusion">The coefficients and what the network's output means.</param>
/// <param name="denoiser">The guided network.</param>
public sealed class DenoisingProcess(GaussianDiffusion diffusion, IDenoiser denoiser)
{
    /// <summary>The coefficients.</summary>
    public GaussianDiffusion Diffusion => diffusion;

    /// <summary>Whether the predicted x_0 is clipped to [-1, 1].</summary>
    /// <value>Default true.</value>
    public bool ClipDenoised { get; init; } = true;

    /// <summary>Applied to the predicted x_0 before the clipping: what is known of it already, or a gentler clipping.</summary>
    public Func<Tensor, Tensor>? Denoised { get; init; }

    /// <summary>p(x_{t-1} | x_t), without the classifier.</summary>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    public DenoisingDistribution Distribution(Tensor x, StepIndex t) =>
        diffusion.PMeanVariance(denoiser.Predict(x, diffusion.TimestepsAt(t)), x, t, ClipDenoised, Denoised);

    /// <summary>s * grad log p(y | x_t), or null where no classifier guides.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    public Tensor? Gradient(Tensor x, StepIndex t) => denoiser.Gradient(x, diffusion.TimestepsAt(t));

    /// <summary>Predicted epsilon and x_0 that agree with each other, the classifier included.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    public (Tensor Epsilon, Tensor XStart) Predict(Tensor x, StepIndex t)
    {
        var xStart = diffusion.PredictedXStart(denoiser.Predict(x, diffusion.TimestepsAt(t)), x, t, ClipDenoised, Denoised);
        if (Gradient(x, t) is { } gradient) xStart = diffusion.ConditionXStart(xStart, x, t, gradient);
        return (diffusion.PredictEpsilon(x, t, xStart), xStart);
    }

    /// <summary>The same between the steps of a schedule.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="timestep">In [0, T), may be fractional.</param>
    /// <param name="alphaBar">alphaBar there.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}, which there is none of between steps.</exception>
    public (Tensor Epsilon, Tensor XStart) Predict(Tensor x, double timestep, double alphaBar)
    {
        var (alpha, sigma) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        var timesteps = TimestepsAt(timestep);
        var xStart = Clip(PredictXStart(x, timesteps, alphaBar));
        var epsilon = (x - S(alpha) * xStart) / S(sigma);
        if (denoiser.Gradient(x, timesteps) is not { } gradient) return (epsilon, xStart);
        epsilon = epsilon - S(sigma) * gradient;
        return (epsilon, (x - S(sigma) * epsilon) / S(alpha));
    }

    /// <summary>Epsilon alone, of an x_0 that is not clipped: where epsilons of several times are mixed, each must be the network's own.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="timestep">In [0, T), may be fractional.</param>
    /// <param name="alphaBar">alphaBar there.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}, which there is none of between steps.</exception>
    public Tensor PredictEpsilon(Tensor x, double timestep, double alphaBar)
    {
        var (alpha, sigma) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        var timesteps = TimestepsAt(timestep);
        var epsilon = (x - S(alpha) * PredictXStart(x, timesteps, alphaBar)) / S(sigma);
        return denoiser.Gradient(x, timesteps) is { } gradient ? epsilon - S(sigma) * gradient : epsilon;
    }

    /// <summary>x_0 clipped to [-1, 1], if this process clips.</summary>
    /// <param name="xStart">Predicted x_0.</param>
    public Tensor Clip(Tensor xStart) => ClipDenoised ? xStart.clamp(S(-1), S(1)) : xStart;

    private Timesteps TimestepsAt(double timestep) => new(timestep, diffusion.NetworkTimestep(timestep));

    private Tensor PredictXStart(Tensor x, Timesteps timesteps, double alphaBar)
    {
        var xStart = diffusion.XStartOf(denoiser.Predict(x, timesteps).narrow(1, 0, x.shape[1]), x, alphaBar);
        return Denoised is null ? xStart : Denoised(xStart);
    }
}
