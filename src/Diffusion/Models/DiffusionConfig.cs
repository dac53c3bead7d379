using System.Text.Json.Serialization;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Models;

/// <summary>The process that a network was trained on, and what its output stands for.</summary>
public sealed record DiffusionConfig
{
    /// <summary>T.</summary>
    /// <value>Default 1000.</value>
    public int Timesteps { get; init; } = 1000;

    /// <summary>One of <see cref="BetaSchedule.Names"/>.</summary>
    public required string NoiseSchedule { get; init; }

    /// <summary>What the network's output stands for.</summary>
    /// <value>Default epsilon.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeanType MeanType { get; init; }

    /// <summary>Where the variance of a step comes from.</summary>
    /// <value>Default learned_range.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public VarianceType VarianceType { get; init; }

    /// <summary>Whether the network counts timesteps from 0 to 1000, whatever T is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RescaleTimesteps { get; init; }

    /// <summary>The process, respaced.</summary>
    /// <param name="respacing">See <see cref="TimestepRespacing.Choose"/>.</param>
    /// <exception cref="ArgumentException">Impossible respacing.</exception>
    public GaussianDiffusion Create(string respacing) =>
        new(Schedules.NoiseSchedule.Create(NoiseSchedule, Timesteps, respacing), MeanType, VarianceType, RescaleTimesteps);

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate()
    {
        if (Timesteps is < 1 or > 100_000) throw new ArgumentException($"timesteps {Timesteps} is not in 1 to 100000");
        _ = BetaSchedule.Named(NoiseSchedule, Timesteps);
        if (!Enum.IsDefined(MeanType)) throw new ArgumentException($"mean_type {MeanType} is unknown; known: epsilon, start_x, previous_x, velocity");
        if (!Enum.IsDefined(VarianceType))
            throw new ArgumentException($"variance_type {VarianceType} is unknown; known: learned_range, learned, fixed_small, fixed_large");
    }
}
