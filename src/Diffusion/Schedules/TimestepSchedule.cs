namespace Atelier.Diffusion.Schedules;

/// <summary>The T timesteps of a process that preserves variance, of which a run visits some, spread as in guided-diffusion and GLIDE; it ends at the image itself.</summary>
/// <remarks>
/// Solvers begin no step at a noise level sigma / alpha above 80, the highest of Karras et al. 2022 (arXiv:2206.00364, table 1). The cosine schedule goes
/// on to 20,000: of ten Karras steps seven would be spent where nothing but noise is seen, and an epsilon network's predicted image is its error
/// times that number.
/// </remarks>
public sealed class TimestepSchedule : ISchedule
{
    // rho of Karras et al. 2022, arXiv:2206.00364, equation 5.
    private const double Rho = 7;

    // sigma_max of Karras et al., in sigma / alpha.
    private const double Noisiest = 80;

    private readonly double[] _alphasCumprod;
    private readonly double _scale;

    /// <summary>The schedule of a sequence of betas.</summary>
    /// <param name="betas">beta of each of the T timesteps.</param>
    /// <param name="scale">What the network counts for one timestep.</param>
    public TimestepSchedule(IReadOnlyList<double> betas, double scale = 1)
    {
        _alphasCumprod = new double[betas.Count];
        for (var (t, product) = (0, 1.0); t < betas.Count; t++) _alphasCumprod[t] = product *= 1 - betas[t];
        _scale = scale;
    }

    /// <summary>T.</summary>
    public int Timesteps => _alphasCumprod.Length;

    /// <inheritdoc/>
    public double Duration => _alphasCumprod.Length * _scale;

    /// <inheritdoc/>
    public LevelRun Run(int steps, LevelSpacing spacing)
    {
        var timesteps = TimestepRespacing.Choose($"{steps}", _alphasCumprod.Length);
        if (spacing == LevelSpacing.Karras) return new LevelRun([.. Karras(steps), NoiseLevel.Clean]);
        return spacing == LevelSpacing.Solver && Ratio(_alphasCumprod[^1]) > Noisiest ? new LevelRun([.. Shortened(timesteps), NoiseLevel.Clean]) : Run(timesteps);
    }

    /// <summary>A run over chosen timesteps.</summary>
    /// <param name="timesteps">Ascending, in [0, T).</param>
    public LevelRun Run(IReadOnlyList<int> timesteps) =>
        new([.. timesteps.Reverse().Select(timestep => NoiseLevel.OfAlphaBar(timestep * _scale, _alphasCumprod[timestep])), NoiseLevel.Clean]);

    // Evenly spread timesteps squeezed to the part of the time in which the noise is not above the limit.
    private IEnumerable<NoiseLevel> Shortened(int[] timesteps)
    {
        var part = At(Noisiest).Timestep / (_alphasCumprod.Length - 1);
        for (var i = timesteps.Length - 1; i >= 0; i--)
        {
            var timestep = timesteps[i] * part;
            var below = Math.Min((int)timestep, _alphasCumprod.Length - 2);
            var (low, high) = (LogRatio(below), LogRatio(below + 1));
            yield return Scaled(timestep, Math.Exp(low + (timestep - below) * (high - low)));
        }
    }

    private IEnumerable<NoiseLevel> Karras(int steps)
    {
        var (from, to) = (Math.Pow(Math.Min(Noisiest, Ratio(_alphasCumprod[^1])), 1 / Rho), Math.Pow(Ratio(_alphasCumprod[0]), 1 / Rho));
        for (var i = 0; i < steps; i++)
        {
            var (timestep, ratio) = At(Math.Pow(from + (steps == 1 ? 0 : i / (steps - 1.0)) * (to - from), Rho));
            yield return Scaled(timestep, ratio);
        }
    }

    // The timestep of a noise level. log(sigma / alpha) is linear between timesteps.
    private (double Timestep, double Ratio) At(double ratio)
    {
        if (_alphasCumprod.Length == 1) return (0, Ratio(_alphasCumprod[0]));
        var above = 1;
        while (above < _alphasCumprod.Length - 1 && Ratio(_alphasCumprod[above]) < ratio) above++;
        var (low, high) = (LogRatio(above - 1), LogRatio(above));
        return (Math.Clamp(above - 1 + (Math.Log(ratio) - low) / (high - low), 0, _alphasCumprod.Length - 1), ratio);
    }

    private NoiseLevel Scaled(double timestep, double ratio) => NoiseLevel.OfRatio(timestep * _scale, ratio);

    private double LogRatio(int timestep) => Math.Log(Ratio(_alphasCumprod[timestep]));

    private static double Ratio(double alphaBar) => Math.Sqrt((1 - alphaBar) / alphaBar);
}
