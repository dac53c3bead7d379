namespace Atelier.Diffusion.Guidance;

/// <summary>
/// How the weight of guidance, s - 1, goes over a run; each has the mean of the constant one (Wang et al. 2024, arXiv:2404.13040, table 1).
/// </summary>
public enum GuidanceWeights
{
    /// <summary>The same at every step.</summary>
    Constant,

    /// <summary>From 0 at the noise to twice the constant at the image: 2 (1 - t / T).</summary>
    Linear,

    /// <summary>From 0 to twice the constant along a cosine: 1 + cos(pi t / T).</summary>
    Cosine,
}
