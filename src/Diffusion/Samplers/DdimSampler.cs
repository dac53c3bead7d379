using Atelier.Diffusion.Processes;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// DDIM (Song et al. 2021, arXiv:2010.02502, equation 12): with eta 0 a deterministic map from x_T, with eta 1 the variance of
/// ancestral sampling (equation 16).
/// </summary>
/// <param name="eta">0 to 1.</param>
public sealed class DdimSampler(double eta = 0) : ISampler
{
    /// <inheritdoc/>
    public bool UsesNoise => eta > 0;

    /// <inheritdoc/>
    public (Tensor Sample, Tensor PredictedXStart) Step(
        GaussianDiffusion diffusion, Tensor modelOutput, Tensor x, Tensor t, Tensor noise, bool clipDenoised = true)
    {
        var xStart = diffusion.PMeanVariance(modelOutput, x, t, clipDenoised).PredictedXStart;
        // Epsilon is taken from the clipped x_0, so that the three stay consistent.
        var epsilon = diffusion.PredictEpsilon(x, t, xStart);
        var alphaBar = GaussianDiffusion.At(diffusion.Schedule.AlphasCumprod, t);
        var alphaBarPrevious = GaussianDiffusion.At(diffusion.Schedule.AlphasCumprodPrevious, t);
        var sigma = eta * sqrt((1 - alphaBarPrevious) / (1 - alphaBar)) * sqrt(1 - alphaBar / alphaBarPrevious);
        // With eta 1 and few steps sigma^2 is all of 1 - alphaBarPrevious but for rounding, which must not make the rest negative.
        var mean = xStart * sqrt(alphaBarPrevious) + sqrt((1 - alphaBarPrevious - sigma.square()).clamp_min(0)) * epsilon;
        if (!UsesNoise) return (mean, xStart);
        var notLast = t.ne(0).to_type(ScalarType.Float32).view(-1, 1, 1, 1);
        return (mean + notLast * sigma * noise, xStart);
    }
}
