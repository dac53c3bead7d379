using Atelier.Diffusion.Processes;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>x_{t-1} ~ p(x_{t-1} | x_t) with learned variance (Ho et al. 2020, arXiv:2006.11239, Algorithm 2).</summary>
public sealed class AncestralSampler : ISampler
{
    /// <inheritdoc/>
    public bool UsesNoise => true;

    /// <inheritdoc/>
    public (Tensor Sample, Tensor PredictedXStart) Step(
        GaussianDiffusion diffusion, Tensor modelOutput, Tensor x, Tensor t, Tensor noise, bool clipDenoised = true)
    {
        var p = diffusion.PMeanVariance(modelOutput, x, t, clipDenoised);
        var notLast = t.ne(0).to_type(ScalarType.Float32).view(-1, 1, 1, 1);
        return (p.Mean + notLast * exp(0.5 * p.LogVariance) * noise, p.PredictedXStart);
    }
}
