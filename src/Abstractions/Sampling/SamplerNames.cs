namespace Atelier.Abstractions.Sampling;

/// <summary>The samplers a job may ask for, by the names used in job specs, on the command line and in metadata.</summary>
public static class SamplerNames
{
    /// <summary>Ancestral sampling, x_{t-1} ~ p(x_{t-1} | x_t) (Ho et al. 2020, arXiv:2006.11239, Algorithm 2).</summary>
    public const string Ancestral = "ancestral";

    /// <summary>DDIM with eta (Song et al. 2021, arXiv:2010.02502, equation 12).</summary>
    public const string Ddim = "ddim";

    /// <summary>Euler's method in x / alpha (Karras et al. 2022, arXiv:2206.00364): that of DDIM, at noise levels of its own where the model has such; the one way to step along a flow.</summary>
    public const string Euler = "euler";

    /// <summary>The same with fresh noise at every step.</summary>
    public const string EulerAncestral = "euler-ancestral";

    /// <summary>
    /// Pseudo linear multi-step sampling after three Runge-Kutta steps (Liu et al. 2022, arXiv:2202.09778). Of S timesteps the first and the last
    /// are not visited.
    /// </summary>
    public const string Plms = "plms";

    /// <summary>DPM-Solver++(2M) at evenly spread timesteps (Lu et al. 2022, arXiv:2211.01095, Algorithm 2).</summary>
    public const string DpmSolver = "dpmpp-2m";

    /// <summary>DPM-Solver++(2M) at the noise levels of Karras et al. 2022, arXiv:2206.00364, equation 5.</summary>
    public const string DpmSolverKarras = "dpmpp-2m-karras";

    /// <summary>All known names.</summary>
    public static IReadOnlyList<string> All { get; } = [Ancestral, Ddim, Euler, EulerAncestral, Plms, DpmSolver, DpmSolverKarras];

    /// <summary>The fewest steps that a sampler can do.</summary>
    /// <param name="sampler">One of the names.</param>
    public static int FewestSteps(string sampler) => sampler == Plms ? 3 : 1;
}
