using Atelier.Input;

namespace Atelier.Diffusion.Schedules;

/// <summary>
/// Named sequences beta_1..beta_T of the forward process q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I), in float64.
/// A name's numbers never change once released, because checkpoints are trained against them.
/// </summary>
public static class BetaSchedule
{
    /// <summary>Names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["linear", "squaredcos_cap_v2"];

    /// <summary>
    /// The schedule of this name for any number of timesteps. <c>linear</c>: Ho et al. 2020, arXiv:2006.11239, section 4, stretched to T
    /// steps; <c>squaredcos_cap_v2</c>: the cosine schedule of Nichol and Dhariwal 2021, arXiv:2102.09672, equation 17, betas capped at 0.999.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>; <c>cosine</c> is guided-diffusion's name for <c>squaredcos_cap_v2</c>.</param>
    /// <param name="timesteps">T, at least 1.</param>
    /// <returns>T betas in (0, 1].</returns>
    /// <exception cref="ArgumentException">Unknown name, or a beta would leave (0, 1].</exception>
    public static double[] Named(string name, int timesteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        var betas = name switch
        {
            "linear" => Ranged("linear", 1000.0 / timesteps * 0.0001, 1000.0 / timesteps * 0.02, timesteps),
            "squaredcos_cap_v2" or "cosine" => FromAlphaBar(timesteps, t => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2)),
            _ => throw new ArgumentException($"unknown noise schedule '{PrintableText.Of(name)}'; known: {string.Join(", ", Names)}", nameof(name)),
        };
        var outside = Array.FindIndex(betas, beta => !(beta > 0 && beta <= 1));
        return outside < 0
            ? betas
            : throw new ArgumentException($"schedule '{name}' of {timesteps} timesteps has beta {betas[outside]} at {outside}; betas lie in (0, 1]");
    }

    /// <summary>The schedules that take their end points as parameters, kept for the checkpoints that were trained with them.</summary>
    /// <param name="name"><c>quad</c>, <c>linear</c>, <c>warmup10</c>, <c>warmup50</c>, <c>const</c> or <c>jsd</c>.</param>
    /// <param name="first">beta_1; not used by const and jsd.</param>
    /// <param name="last">beta_T; not used by jsd.</param>
    /// <param name="timesteps">T, at least 1.</param>
    /// <returns>T betas.</returns>
    /// <exception cref="ArgumentException">Unknown name.</exception>
    public static double[] Ranged(string name, double first, double last, int timesteps) => name switch
    {
        "linear" => Linspace(first, last, timesteps),
        "quad" => Array.ConvertAll(Linspace(Math.Sqrt(first), Math.Sqrt(last), timesteps), root => root * root),
        "warmup10" => Warmup(first, last, timesteps, (int)(timesteps * 0.1)),
        "warmup50" => Warmup(first, last, timesteps, (int)(timesteps * 0.5)),
        "const" => Warmup(first, last, timesteps, 0),
        "jsd" => Array.ConvertAll(Linspace(timesteps, 1, timesteps), left => 1 / left),
        _ => throw new ArgumentException($"unknown noise schedule '{PrintableText.Of(name)}'; known: quad, linear, warmup10, warmup50, const, jsd", nameof(name)),
    };

    /// <summary>beta_t = 1 - alphaBar(t / T) / alphaBar((t - 1) / T), capped.</summary>
    /// <param name="timesteps">T.</param>
    /// <param name="alphaBar">The product of (1 - beta) up to a part of the process, from 1 at 0 to about 0 at 1.</param>
    /// <param name="cap">Upper bound of beta, below 1 to keep x_T from losing x_0 in a single step.</param>
    public static double[] FromAlphaBar(int timesteps, Func<double, double> alphaBar, double cap = 0.999)
    {
        var betas = new double[timesteps];
        for (var i = 0; i < timesteps; i++)
            betas[i] = Math.Min(1 - alphaBar((i + 1.0) / timesteps) / alphaBar((double)i / timesteps), cap);
        return betas;
    }

    /// <summary>Betas stretched so that nothing of the image is left at the last timestep (Lin et al. 2023, arXiv:2305.08891, Algorithm 1).</summary>
    /// <param name="betas">beta of each timestep.</param>
    public static double[] WithZeroTerminalSnr(double[] betas)
    {
        var roots = new double[betas.Length];
        for (var (t, product) = (0, 1.0); t < betas.Length; t++) roots[t] = Math.Sqrt(product *= 1 - betas[t]);
        var (first, last) = (roots[0], roots[^1]);
        var stretched = Array.ConvertAll(roots, root => Math.Pow((root - last) * first / (first - last), 2));
        return [1 - stretched[0], .. Enumerable.Range(1, betas.Length - 1).Select(t => 1 - stretched[t] / stretched[t - 1])];
    }

    private static double[] Warmup(double first, double last, int timesteps, int rising)
    {
        var betas = new double[timesteps];
        Array.Fill(betas, last);
        Linspace(first, last, rising).CopyTo(betas, 0);
        return betas;
    }

    private static double[] Linspace(double first, double last, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = i == 0 ? first : i == count - 1 ? last : first + (last - first) / (count - 1) * i;
        return values;
    }
}
