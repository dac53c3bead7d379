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
    [JsonPropertyName("mean_type")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Prediction Prediction { get; init; }

    /// <summary>Where the variance of a step comes from.</summary>
    /// <value>Default learned_range.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public VarianceType VarianceType { get; init; }

    /// <summary>Whether the network counts timesteps from 0 to 1000, whatever T is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RescaleTimesteps { get; init; }

    /// <summary>Its noise levels, from which a run chooses.</summary>
    [JsonIgnore]
    public TimestepSchedule Schedule => new(BetaSchedule.Named(NoiseSchedule, Timesteps), RescaleTimesteps ? GaussianDiffusion.RescaledTimesteps / Timesteps : 1);

    /// <summary>The process, respaced.</summary>
    /// <param name="respacing">See <see cref="TimestepRespacing.Choose"/>.</param>
    /// <exception cref="ArgumentException">Impossible respacing.</exception>
    public GaussianDiffusion Create(string respacing) =>
        new(Schedules.NoiseSchedule.Create(NoiseSchedule, Timesteps, respacing), Prediction, VarianceType, RescaleTimesteps);

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate()
    {
        if (Timesteps is < 1 or > 100_000) throw new ArgumentException($"timesteps {Timesteps} is not in 1 to 100000");
        _ = BetaSchedule.Named(NoiseSchedule, Timesteps);
        if (!Enum.IsDefined(Prediction) || Prediction == Prediction.Flow) throw new ArgumentException($"mean_type {Prediction} is unknown; known: epsilon, start_x, previous_x, velocity");
        if (!Enum.IsDefined(VarianceType))
            throw new ArgumentException($"variance_type {VarianceType} is unknown; known: learned_range, learned, fixed_small, fixed_large");
    }
}
