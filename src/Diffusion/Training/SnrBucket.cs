namespace Atelier.Diffusion.Training;

/// <summary>A range of signal-to-noise ratios alphaBar / (1 - alphaBar), in which a diffusion model decides different things.</summary>
/// <param name="Low">Included.</param>
/// <param name="High">Not included.</param>
public sealed record SnrBucket(double Low, double High)
{
    /// <summary>
    /// From where the layout is decided to where edges are finished. The first two are noise to the eye; with the third, things have places.
    /// </summary>
    public static IReadOnlyList<SnrBucket> All { get; } =
        [new(0, 0.005), new(0.005, 0.05), new(0.05, 0.5), new(0.5, 5), new(5, double.PositiveInfinity)];

    /// <summary>The timesteps in it.</summary>
    /// <param name="alphasCumprod">alphaBar of every timestep.</param>
    internal int[] Timesteps(double[] alphasCumprod) =>
        [.. Enumerable.Range(0, alphasCumprod.Length).Where(t => alphasCumprod[t] / (1 - alphasCumprod[t]) is var snr && snr >= Low && snr < High)];
}
