using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>The reverse process of a guided network: all that a sampler knows of network and guidance.</summary>
/// <param name="denoiser">The guided network.</param>
/// <param name="prediction">What its output stands for.</param>
/// <param name="variance">Where the variance of a step comes from; also whether the output has variance values in its second half.</param>
public sealed class DenoisingProcess(IDenoiser denoiser, Prediction prediction = Prediction.Epsilon, VarianceType variance = VarianceType.LearnedRange)
{
    /// <summary>The process that a network was trained on.</summary>
    /// <param name="diffusion">What its output means.</param>
    /// <param name="denoiser">The network, guided.</param>
    public DenoisingProcess(GaussianDiffusion diffusion, IDenoiser denoiser) : this(denoiser, diffusion.Prediction, diffusion.VarianceType)
    {
    }

    /// <summary>Whether the predicted x_0 is clipped to [-1, 1].</summary>
    /// <value>Default true.</value>
    public bool ClipDenoised { get; init; } = true;

    /// <summary>Applied to the predicted x_0 before the clipping: what is known of it already, or a gentler clipping.</summary>
    public Func<Tensor, Tensor>? Denoised { get; init; }

    /// <summary>p(x_s | x_t) of a step between two levels of a process that preserves variance, without the classifier.</summary>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="at">Where x_t is.</param>
    /// <param name="next">Where x_s is, less noisy.</param>
    /// <param name="smallest">Variance in place of the posterior's where that is 0, as it is in the step that ends at the image.</param>
    public DenoisingDistribution Distribution(Tensor x, NoiseLevel at, NoiseLevel next, double smallest)
    {
        var posterior = new Posterior(at, next);
        var output = denoiser.Predict(x, at);
        var (predicted, values) = (output.narrow(1, 0, x.shape[1]), variance.IsLearned() ? output.narrow(1, x.shape[1], x.shape[1]) : output);
        var xStart = Finish(XStart(predicted, x, at, posterior));
        var mean = prediction == Prediction.PreviousX ? predicted : (S(posterior.ImageFactor) * xStart).Plus(S(posterior.SampleFactor) * x);
        var (low, high) = (Math.Log(posterior.Variance > 0 ? posterior.Variance : smallest), Math.Log(posterior.Beta));
        var logVariance = variance switch
        {
            VarianceType.Learned => values,
            VarianceType.FixedSmall => full_like(x, S(low)),
            VarianceType.FixedLarge => full_like(x, S(posterior.Variance > 0 ? high : low)),
            _ => Interpolate(values.Plus(S(1)) / S(2)),
        };
        // Only the logarithm of a small fixed variance is kept from minus infinity.
        var variances = variance == VarianceType.FixedSmall ? full_like(x, S(posterior.Variance)) : exp(logVariance);
        return new DenoisingDistribution(mean, variances, logVariance, xStart);

        Tensor Interpolate(Tensor fraction) => (S(high) * fraction).Plus(S(low) * S(1).Minus(fraction));
    }

    /// <summary>s * grad log p(y | x_t), or null where no classifier guides.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    public Tensor? Gradient(Tensor x, NoiseLevel at) => denoiser.Gradient(x, at);

    /// <summary>Predicted epsilon and x_0 that agree with each other, the classifier included.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    /// <param name="next">Where the step goes, which networks that predict x_{t-1} are asked about.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}, and where that is was not said.</exception>
    public (Tensor Epsilon, Tensor XStart) Predict(Tensor x, NoiseLevel at, NoiseLevel? next = null)
    {
        var output = Output(x, at);
        var xStart = Finish(next is { } there ? XStart(output, x, at, new Posterior(at, there)) : prediction.XStart(output, x, at));
        var epsilon = (x - S(at.Alpha) * xStart) / S(at.Sigma);
        if (Gradient(x, at) is not { } gradient) return (epsilon, xStart);
        epsilon = epsilon - S(at.Sigma) * gradient;
        return (epsilon, (x - S(at.Sigma) * epsilon) / S(at.Alpha));
    }

    /// <summary>What the network gives, guided, without variance values.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    public Tensor Output(Tensor x, NoiseLevel at) => denoiser.Predict(x, at).narrow(1, 0, x.shape[1]);

    /// <summary>Epsilon and x_0 that such an output stands for.</summary>
    /// <param name="output">As from <see cref="Output"/>.</param>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}.</exception>
    public (Tensor Epsilon, Tensor XStart) Parts(Tensor output, Tensor x, NoiseLevel at)
    {
        var xStart = Finish(prediction.XStart(output, x, at));
        return ((x - S(at.Alpha) * xStart) / S(at.Sigma), xStart);
    }

    /// <summary>Epsilon alone, of an x_0 that is not clipped: where epsilons of several times are mixed, each must be the network's own.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="at">Where x_t is.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}.</exception>
    public Tensor PredictEpsilon(Tensor x, NoiseLevel at)
    {
        var xStart = prediction.XStart(Output(x, at), x, at);
        if (Denoised is not null) xStart = Denoised(xStart);
        var epsilon = (x - S(at.Alpha) * xStart) / S(at.Sigma);
        return Gradient(x, at) is { } gradient ? epsilon - S(at.Sigma) * gradient : epsilon;
    }

    /// <summary>x_0 clipped to [-1, 1], if this process clips.</summary>
    /// <param name="xStart">Predicted x_0.</param>
    public Tensor Clip(Tensor xStart) => ClipDenoised ? xStart.clamp(S(-1), S(1)) : xStart;

    private Tensor Finish(Tensor xStart) => Clip(Denoised is null ? xStart : Denoised(xStart));

    private Tensor XStart(Tensor output, Tensor x, NoiseLevel at, Posterior posterior) => prediction == Prediction.PreviousX
        ? (output - S(posterior.SampleFactor) * x) / S(posterior.ImageFactor)
        : prediction.XStart(output, x, at);
}
