using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Models;

/// <summary>The forward process of a model.</summary>
public sealed record DiffusionConfig
{
    /// <summary>T.</summary>
    /// <value>Default 1000.</value>
    public int Timesteps { get; init; } = 1000;

    /// <summary>One of <see cref="BetaSchedule.Names"/>.</summary>
    public required string NoiseSchedule { get; init; }
}
