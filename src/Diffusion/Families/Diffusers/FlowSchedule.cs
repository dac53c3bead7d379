using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>
/// Flow matching, x = (1 - sigma) x_0 + sigma epsilon, with steps moved towards the noise by a shift (Esser et al. 2024, arXiv:2403.03206, section 5.3.2).
/// The network is told sigma times T.
/// </summary>
/// <param name="timesteps">T.</param>
/// <param name="shift">The shift s: sigma' = s sigma / (1 + (s - 1) sigma).</param>
/// <param name="isShiftedTwice">Whether the range of the sigmas is shifted before they are, as where a scheduler is given none.</param>
public sealed class FlowSchedule(int timesteps, double shift, bool isShiftedTwice) : ISchedule
{
    /// <inheritdoc/>
    public double Duration => timesteps;

    /// <inheritdoc/>
    public LevelRun Run(int steps, LevelSpacing spacing)
    {
        if (steps < 1 || steps > timesteps) throw new ArgumentException($"steps is {steps}; allowed: 1 to {timesteps}, the timesteps of the model");
        if (spacing != LevelSpacing.Euler) throw new ArgumentException("models of flow matching step by euler alone");
        var last = isShiftedTwice ? Shifted(1.0 / timesteps) : 1.0 / steps;
        return new LevelRun([.. Enumerable.Range(0, steps).Select(i => Level(Shifted(steps == 1 ? 1 : 1 + i * (last - 1) / (steps - 1)))), NoiseLevel.Clean]);
    }

    private double Shifted(double sigma) => shift * sigma / (1 + (shift - 1) * sigma);

    private NoiseLevel Level(double sigma) => new(sigma * timesteps, 1 - sigma, sigma);
}
