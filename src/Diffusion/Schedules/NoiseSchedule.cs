namespace Atelier.Diffusion.Schedules;

/// <summary>
/// The coefficients of a (respaced) diffusion process, in float64 and indexed by step 0..S-1, where step 0 is the least noisy.
/// Symbols as in Ho et al. 2020, arXiv:2006.11239: alphaBar_t = prod_{s &lt;= t} (1 - beta_s).
/// </summary>
public sealed class NoiseSchedule
{
    /// <summary>Restricts a schedule to some of its timesteps, so that alphaBar at the kept ones stays what it was.</summary>
    /// <param name="betas">All T betas.</param>
    /// <param name="timesteps">The kept timesteps, ascending.</param>
    public NoiseSchedule(IReadOnlyList<double> betas, IReadOnlyList<int> timesteps)
    {
        var full = new double[betas.Count];
        for (var (t, product) = (0, 1.0); t < full.Length; t++) full[t] = product *= 1 - betas[t];

        TimestepMap = [.. timesteps];
        OriginalAlphasCumprod = full;
        Betas = new double[timesteps.Count];
        for (var (i, previous) = (0, 1.0); i < Betas.Length; previous = full[timesteps[i]], i++)
            Betas[i] = 1 - full[timesteps[i]] / previous;

        AlphasCumprod = new double[Betas.Length];
        for (var (i, product) = (0, 1.0); i < Betas.Length; i++) AlphasCumprod[i] = product *= 1 - Betas[i];
        AlphasCumprodPrevious = [1, .. AlphasCumprod[..^1]];
        AlphasCumprodNext = [.. AlphasCumprod[1..], 0];
        PosteriorVariance = Table(i => Betas[i] * (1 - AlphasCumprodPrevious[i]) / (1 - AlphasCumprod[i]));
        // The posterior of the last step has no variance; its logarithm is taken from the step before, as in the reference, or where there
        // is none from beta, so that it stays finite.
        PosteriorLogVarianceClipped = Table(i => Math.Log(Betas.Length == 1 ? Betas[0] : PosteriorVariance[Math.Max(i, 1)]));
        PosteriorMeanCoefficient1 = Table(i => Betas[i] * Math.Sqrt(AlphasCumprodPrevious[i]) / (1 - AlphasCumprod[i]));
        PosteriorMeanCoefficient2 = Table(i => (1 - AlphasCumprodPrevious[i]) * Math.Sqrt(1 - Betas[i]) / (1 - AlphasCumprod[i]));
        SqrtAlphasCumprod = Table(i => Math.Sqrt(AlphasCumprod[i]));
        SqrtOneMinusAlphasCumprod = Table(i => Math.Sqrt(1 - AlphasCumprod[i]));
        LogOneMinusAlphasCumprod = Table(i => Math.Log(1 - AlphasCumprod[i]));
        SqrtReciprocalAlphasCumprod = Table(i => Math.Sqrt(1 / AlphasCumprod[i]));
        SqrtReciprocalMinusOneAlphasCumprod = Table(i => Math.Sqrt(1 / AlphasCumprod[i] - 1));
    }

    /// <summary>A named schedule, respaced.</summary>
    /// <param name="name">One of <see cref="BetaSchedule.Names"/>.</param>
    /// <param name="timesteps">T the network was trained with.</param>
    /// <param name="respacing">See <see cref="TimestepRespacing.Choose"/>; empty keeps all.</param>
    /// <exception cref="ArgumentException">Unknown name or impossible respacing.</exception>
    public static NoiseSchedule Create(string name, int timesteps, string respacing = "") =>
        new(BetaSchedule.Named(name, timesteps), TimestepRespacing.Choose(respacing, timesteps));

    /// <summary>Steps S of the respaced process.</summary>
    public int Steps => Betas.Length;

    /// <summary>T, the timesteps of the process the network was trained on.</summary>
    public int OriginalTimesteps => OriginalAlphasCumprod.Length;

    /// <summary>alphaBar of every one of the T timesteps.</summary>
    public double[] OriginalAlphasCumprod { get; }

    /// <summary>The original timestep in [0, T) that each step stands for; the network is asked about these.</summary>
    public int[] TimestepMap { get; }

    /// <summary>beta of each step.</summary>
    public double[] Betas { get; }

    /// <summary>alphaBar_t.</summary>
    public double[] AlphasCumprod { get; }

    /// <summary>alphaBar_{t-1}, 1 at the first.</summary>
    public double[] AlphasCumprodPrevious { get; }

    /// <summary>alphaBar_{t+1}, 0 at the last.</summary>
    public double[] AlphasCumprodNext { get; }

    /// <summary>sqrt(alphaBar_t).</summary>
    public double[] SqrtAlphasCumprod { get; }

    /// <summary>sqrt(1 - alphaBar_t).</summary>
    public double[] SqrtOneMinusAlphasCumprod { get; }

    /// <summary>log(1 - alphaBar_t).</summary>
    public double[] LogOneMinusAlphasCumprod { get; }

    /// <summary>sqrt(1 / alphaBar_t).</summary>
    public double[] SqrtReciprocalAlphasCumprod { get; }

    /// <summary>sqrt(1 / alphaBar_t - 1).</summary>
    public double[] SqrtReciprocalMinusOneAlphasCumprod { get; }

    /// <summary>Variance of q(x_{t-1} | x_t, x_0), betaTilde_t (equation 7).</summary>
    public double[] PosteriorVariance { get; }

    /// <summary>log betaTilde_t, with the infinite first value replaced by the second, or by log beta where there is but one step.</summary>
    public double[] PosteriorLogVarianceClipped { get; }

    /// <summary>Factor of x_0 in the mean of q(x_{t-1} | x_t, x_0) (equation 7).</summary>
    public double[] PosteriorMeanCoefficient1 { get; }

    /// <summary>Factor of x_t in the mean of q(x_{t-1} | x_t, x_0) (equation 7).</summary>
    public double[] PosteriorMeanCoefficient2 { get; }

    private double[] Table(Func<int, double> value) => [.. Enumerable.Range(0, Betas.Length).Select(value)];
}
