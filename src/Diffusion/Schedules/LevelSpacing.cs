namespace Atelier.Diffusion.Schedules;

/// <summary>Which noise levels of a schedule a run visits. Samplers name what they need; a schedule knows where that is.</summary>
public enum LevelSpacing
{
    /// <summary>Whole timesteps, as the schedule spreads them.</summary>
    Timesteps,

    /// <summary>The same for ancestral sampling, whose last step always ends at the image.</summary>
    Ancestral,

    /// <summary>The same for pseudo linear multi-steps that begin with a step taken twice.</summary>
    Pseudo,

    /// <summary>Noise levels in sigma / alpha, from which Euler's method steps.</summary>
    Euler,

    /// <summary>The same for solvers in log(alpha / sigma), which the noisiest levels may mislead.</summary>
    Solver,

    /// <summary>The same, evenly in (sigma / alpha)^(1/7), with more of them near the image (Karras et al. 2022, arXiv:2206.00364, equation 5).</summary>
    Karras,
}
