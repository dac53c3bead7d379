using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>
/// The noise levels that a <c>scheduler_config.json</c> means, each sampler's as the scheduler of that name spreads them: which timesteps those are differs
/// from scheduler to scheduler, and images are compared with published ones.
/// </summary>
public sealed class DiffusersSchedule : ISchedule
{
    // rho of Karras et al. 2022, arXiv:2206.00364, equation 5.
    private const double Rho = 7;

    // alphaBar in place of 0 where sigma / alpha must be finite.
    private const double NearlyNothing = 1.0 / (1 << 24);

    private readonly SchedulerConfig _config;
    private readonly double[] _alphasCumprod;
    private readonly double[] _ratios;       // sigma / alpha of each timestep

    /// <summary>The schedule of a configuration.</summary>
    /// <param name="config">A checked one, not of flow matching.</param>
    public DiffusersSchedule(SchedulerConfig config)
    {
        _config = config;
        var betas = config.Betas();
        _alphasCumprod = new double[betas.Length];
        for (var (t, product) = (0, 1.0); t < betas.Length; t++) _alphasCumprod[t] = product *= 1 - betas[t];
        _ratios = [.. _alphasCumprod.Select(alphaBar => Math.Max(alphaBar, NearlyNothing)).Select(alphaBar => Math.Sqrt((1 - alphaBar) / alphaBar))];
    }

    /// <inheritdoc/>
    public double Duration => T;

    private int T => _alphasCumprod.Length;

    /// <inheritdoc/>
    public LevelRun Run(int steps, LevelSpacing spacing)
    {
        if (steps < 1 || steps > T) throw new ArgumentException($"steps is {steps}; allowed: 1 to {T}, the timesteps of the model");
        return spacing switch
        {
            LevelSpacing.Ancestral => new LevelRun([.. Timesteps(steps, "leading").Select(At), NoiseLevel.Clean]),
            LevelSpacing.Pseudo => Pseudo(steps),
            LevelSpacing.Euler => Euler(steps),
            LevelSpacing.Solver => new LevelRun([.. SolverTimesteps(steps).Select(timestep => NoiseLevel.OfRatio(timestep, _ratios[timestep])), End(_ratios[0])]),
            LevelSpacing.Karras => new LevelRun([.. Karras(_ratios[^1], _ratios[0], steps).Select(ratio => NoiseLevel.OfRatio(Math.Round(TimestepOf(ratio)), ratio)), End(_ratios[0])]),
            _ => Strided(steps),
        };
    }

    // A step goes T / steps timesteps on, in whole numbers, whatever the spacing of the timesteps.
    private LevelRun Strided(int steps)
    {
        var timesteps = Timesteps(steps, "leading");
        return new LevelRun([.. timesteps.Select(At)], [.. timesteps.Select(timestep => Before(timestep, steps))]);
    }

    // The second timestep comes twice: first to take the first step again from its end.
    private LevelRun Pseudo(int steps)
    {
        if (steps < 2) throw new ArgumentException("plms needs at least 2 steps");
        var timesteps = Timesteps(steps, "leading");
        var again = At(Math.Min(timesteps[1] + T / steps, T - 1)) with { Timestep = timesteps[1] };
        return new LevelRun(
            [At(timesteps[0]), again, .. timesteps.Skip(1).Select(At)],
            [Before(timesteps[0], steps), At(timesteps[1]), .. timesteps.Skip(1).Select(timestep => Before(timestep, steps))]);
    }

    private LevelRun Euler(int steps)
    {
        var spacing = _config.TimestepSpacing ?? "linspace";
        double[] timesteps = spacing == "linspace" ? [.. Linspace(0, T - 1, steps).Reverse()] : Array.ConvertAll(Timesteps(steps, spacing), timestep => (double)timestep);
        var ratios = Array.ConvertAll(timesteps, Ratio);
        if (_config.UseKarrasSigmas)
        {
            ratios = [.. Karras(_config.SigmaMax ?? ratios[0], _config.SigmaMin ?? ratios[^1], steps)];
            timesteps = Array.ConvertAll(ratios, TimestepOf);
        }
        var levels = timesteps.Zip(ratios, NoiseLevel.OfRatio).ToArray();
        // Spread from the last timestep on, a run begins with noise alone; otherwise with as much of it as makes the variance 1.
        return new LevelRun([.. levels, End(_ratios[0])]) { InitialScale = spacing == "leading" ? 1 : levels[0].Sigma };
    }

    private int[] SolverTimesteps(int steps) => (_config.TimestepSpacing ?? "linspace") switch
    {
        "leading" => [.. Enumerable.Range(1, steps).Reverse().Select(i => Math.Min(i * (T / (steps + 1)) + _config.StepsOffset, T - 1))],
        "trailing" => Timesteps(steps, "trailing"),
        _ => [.. Linspace(0, T - 1, steps + 1).Skip(1).Reverse().Select(timestep => (int)Math.Round(timestep))],
    };

    // The noisiest first. Ties round to even, as the reference's do.
    private int[] Timesteps(int steps, string usual) => (_config.TimestepSpacing ?? usual) switch
    {
        "linspace" => [.. Linspace(0, T - 1, steps).Reverse().Select(timestep => (int)Math.Round(timestep))],
        "trailing" => [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(T - i * ((double)T / steps)) - 1)],
        _ => [.. Enumerable.Range(0, steps).Reverse().Select(i => Math.Min(i * (T / steps) + _config.StepsOffset, T - 1))],
    };

    private NoiseLevel At(int timestep) => NoiseLevel.OfAlphaBar(timestep, _alphasCumprod[timestep]);

    private NoiseLevel Before(int timestep, int steps)
    {
        var before = timestep - T / steps;
        return before >= 0 ? At(before) : _config.SetAlphaToOne ? NoiseLevel.Clean : At(0);
    }

    private NoiseLevel End(double least) => _config.FinalSigmasType == "zero" ? NoiseLevel.Clean : NoiseLevel.OfRatio(0, least);

    private double Ratio(double timestep)
    {
        var below = (int)timestep;
        return below == T - 1 ? _ratios[below] : _ratios[below] + (timestep - below) * (_ratios[below + 1] - _ratios[below]);
    }

    // log(sigma / alpha) is taken as linear between timesteps.
    private double TimestepOf(double ratio)
    {
        var below = 0;
        while (below < T - 2 && _ratios[below + 1] <= ratio) below++;
        var (low, high) = (Math.Log(_ratios[below]), Math.Log(_ratios[below + 1]));
        return below + Math.Clamp((Math.Log(ratio) - low) / (high - low), 0, 1);
    }

    private static IEnumerable<double> Karras(double largest, double smallest, int steps)
    {
        var (from, to) = (Math.Pow(largest, 1 / Rho), Math.Pow(smallest, 1 / Rho));
        return Linspace(0, 1, steps).Select(part => Math.Pow(from + part * (to - from), Rho));
    }

    private static IEnumerable<double> Linspace(double first, double last, int count) =>
        Enumerable.Range(0, count).Select(i => i == count - 1 && count > 1 ? last : first + i * (count > 1 ? (last - first) / (count - 1) : 0));
}
