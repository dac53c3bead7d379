namespace Atelier.Diffusion.Samplers;

/// <summary>Where a solver's steps are.</summary>
public enum TimestepSpacing
{
    /// <summary>At the timesteps of the respaced schedule, evenly spread.</summary>
    Uniform,

    /// <summary>Evenly in (sigma / alpha)^(1/7), with more of them near the image (Karras et al. 2022, arXiv:2206.00364, equation 5).</summary>
    Karras,
}
