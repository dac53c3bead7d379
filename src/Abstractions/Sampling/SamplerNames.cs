namespace Atelier.Abstractions.Sampling;

/// <summary>The samplers a job may ask for, by the names used in job specs, on the command line and in metadata.</summary>
public static class SamplerNames
{
    /// <summary>Ancestral sampling, x_{t-1} ~ p(x_{t-1} | x_t) (Ho et al. 2020, arXiv:2006.11239, Algorithm 2).</summary>
    public const string Ancestral = "ancestral";

    /// <summary>DDIM with eta (Song et al. 2021, arXiv:2010.02502, equation 12).</summary>
    public const string Ddim = "ddim";

    /// <summary>All known names.</summary>
    public static IReadOnlyList<string> All { get; } = [Ancestral, Ddim];
}
