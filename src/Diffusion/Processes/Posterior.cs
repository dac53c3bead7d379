using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The numbers of q(x_s | x_t, x_0), the posterior of a step between two levels of a process that preserves variance (Ho et al. 2020, arXiv:2006.11239,
/// equations 6 and 7): its mean is ImageFactor x_0 + SampleFactor x_t.
/// </summary>
internal readonly struct Posterior
{
    /// <summary>The posterior of a step.</summary>
    /// <param name="at">Level of x_t.</param>
    /// <param name="next">Level of x_s, less noisy.</param>
    public Posterior(NoiseLevel at, NoiseLevel next)
    {
        var noise = at.Sigma * at.Sigma;
        Beta = 1 - at.Alpha * at.Alpha / (next.Alpha * next.Alpha);
        Variance = Beta * next.Sigma * next.Sigma / noise;
        ImageFactor = Beta * next.Alpha / noise;
        SampleFactor = next.Sigma * next.Sigma * at.Alpha / (next.Alpha * noise);
    }

    /// <summary>beta of the step, 1 - alphaBar_t / alphaBar_s.</summary>
    public double Beta { get; }

    /// <summary>betaTilde.</summary>
    public double Variance { get; }

    public double ImageFactor { get; }

    public double SampleFactor { get; }
}
