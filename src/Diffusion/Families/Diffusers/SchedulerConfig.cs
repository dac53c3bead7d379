using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Diffusion.Processes;
using Atelier.Input;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>Contents of a <c>scheduler_config.json</c>, under the names that it has there; what is left out has the default of the file's format.</summary>
public sealed record SchedulerConfig
{
    /// <summary>The scheduler that the model was published with, which says what its own sampler is.</summary>
    [JsonPropertyName("_class_name")]
    public string ClassName { get; init; } = "DDIMScheduler";

    /// <summary>T.</summary>
    public int NumTrainTimesteps { get; init; } = 1000;

    /// <summary>beta of the first timestep.</summary>
    public double BetaStart { get; init; } = 0.0001;

    /// <summary>beta of the last timestep.</summary>
    public double BetaEnd { get; init; } = 0.02;

    /// <summary><c>linear</c>, <c>scaled_linear</c> or <c>squaredcos_cap_v2</c>.</summary>
    public string BetaSchedule { get; init; } = "linear";

    /// <summary>All betas, in place of a schedule; null for none.</summary>
    public IReadOnlyList<double>? TrainedBetas { get; init; }

    /// <summary><c>epsilon</c>, <c>v_prediction</c> or <c>sample</c>.</summary>
    public string PredictionType { get; init; } = "epsilon";

    /// <summary>Whether the last step ends at the image itself; else it ends at the first timestep's noise.</summary>
    public bool SetAlphaToOne { get; init; } = true;

    /// <summary>What is added to the timesteps of leading spacing.</summary>
    public int StepsOffset { get; init; }

    /// <summary><c>leading</c>, <c>trailing</c> or <c>linspace</c>; null is the sampler's own.</summary>
    public string? TimestepSpacing { get; init; }

    /// <summary>Whether the betas are stretched so that the last timestep is pure noise (Lin et al. 2023, arXiv:2305.08891).</summary>
    public bool RescaleBetasZeroSnr { get; init; }

    /// <summary>Whether solvers step at the noise levels of Karras et al.</summary>
    public bool UseKarrasSigmas { get; init; }

    /// <summary>Lowest sigma / alpha of Euler's Karras levels; null is that of the run.</summary>
    public double? SigmaMin { get; init; }

    /// <summary>Highest sigma / alpha of Euler's Karras levels; null is that of the run.</summary>
    public double? SigmaMax { get; init; }

    /// <summary><c>zero</c>, or <c>sigma_min</c> where a run ends at the first timestep's noise.</summary>
    public string FinalSigmasType { get; init; } = "zero";

    /// <summary><c>fixed_small</c>, <c>fixed_small_log</c>, <c>fixed_large</c> or <c>learned_range</c>: the variance of ancestral steps.</summary>
    public string VarianceType { get; init; } = "fixed_small";

    /// <summary>Factor that moves the steps of flow matching towards the noise.</summary>
    public double Shift { get; init; } = 1;

    /// <summary>Whether the shift depends on the size of the image.</summary>
    public bool UseDynamicShifting { get; init; }

    /// <summary>Dynamic shift of the smallest images.</summary>
    public double BaseShift { get; init; } = 0.5;

    /// <summary>Dynamic shift of the largest images.</summary>
    public double MaxShift { get; init; } = 1.15;

    /// <summary>Positions of the smallest images.</summary>
    public int BaseImageSeqLen { get; init; } = 256;

    /// <summary>Positions of the largest images.</summary>
    public int MaxImageSeqLen { get; init; } = 4096;

    /// <summary>All other settings, of which some must have the one value that is known.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }

    /// <summary>What the network's output stands for.</summary>
    [JsonIgnore]
    public Prediction Prediction => IsFlow ? Prediction.Flow : PredictionType switch { "v_prediction" => Prediction.Velocity, "sample" => Prediction.StartX, _ => Prediction.Epsilon };

    /// <summary>Where the variance of ancestral steps comes from.</summary>
    [JsonIgnore]
    public VarianceType Variance => VarianceType switch { "fixed_large" => Processes.VarianceType.FixedLarge, "learned_range" => Processes.VarianceType.LearnedRange, _ => Processes.VarianceType.FixedSmall };

    /// <summary>Whether the model was trained by flow matching.</summary>
    [JsonIgnore]
    public bool IsFlow => ClassName.StartsWith("FlowMatch", StringComparison.Ordinal);

    /// <summary>Name of the sampler that the model was published with, or of the nearest one that is known.</summary>
    [JsonIgnore]
    public string Sampler => ClassName switch
    {
        "DDPMScheduler" => "ancestral",
        "DDIMScheduler" => "ddim",
        "PNDMScheduler" => "plms",
        "EulerAncestralDiscreteScheduler" => "euler-ancestral",
        "DPMSolverMultistepScheduler" => UseKarrasSigmas ? "dpmpp-2m-karras" : "dpmpp-2m",
        _ => "euler",
    };

    /// <summary>beta of each timestep.</summary>
    /// <exception cref="ArgumentException">An unknown schedule.</exception>
    public double[] Betas()
    {
        var betas = TrainedBetas is { } given ? [.. given] : BetaSchedule switch
        {
            "linear" => Schedules.BetaSchedule.Ranged("linear", BetaStart, BetaEnd, NumTrainTimesteps),
            "scaled_linear" => Schedules.BetaSchedule.Ranged("quad", BetaStart, BetaEnd, NumTrainTimesteps),
            _ => Schedules.BetaSchedule.Named(BetaSchedule, NumTrainTimesteps),
        };
        return RescaleBetasZeroSnr ? Schedules.BetaSchedule.WithZeroTerminalSnr(betas) : betas;
    }

    /// <summary>The shift of a flow for images of a size: e^mu with a mu that is linear in the positions, where it is dynamic.</summary>
    /// <param name="positions">Positions of the latents that the network sees.</param>
    public double ShiftFor(int positions) => UseDynamicShifting
        ? Math.Exp(BaseShift + (positions - BaseImageSeqLen) * (MaxShift - BaseShift) / (MaxImageSeqLen - BaseImageSeqLen))
        : Shift;

    /// <summary>Refuses what cannot be, or is not known.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate()
    {
        Require(NumTrainTimesteps is >= 2 and <= 100_000, "num_train_timesteps", NumTrainTimesteps, "2 to 100000");
        Require(TrainedBetas is null || TrainedBetas.Count == NumTrainTimesteps, "trained_betas", $"of {TrainedBetas?.Count} numbers", $"{NumTrainTimesteps} numbers, one a timestep");
        Require(BetaSchedule is "linear" or "scaled_linear" or "squaredcos_cap_v2", "beta_schedule", BetaSchedule, "linear, scaled_linear or squaredcos_cap_v2");
        Require(PredictionType is "epsilon" or "v_prediction" or "sample", "prediction_type", PredictionType, "epsilon, v_prediction or sample");
        Require(StepsOffset >= 0 && StepsOffset < NumTrainTimesteps, "steps_offset", StepsOffset, "0 to the number of timesteps");
        Require(TimestepSpacing is null or "leading" or "trailing" or "linspace", "timestep_spacing", TimestepSpacing ?? "", "leading, trailing or linspace");
        Require(FinalSigmasType is "zero" or "sigma_min", "final_sigmas_type", FinalSigmasType, "zero or sigma_min");
        Require(VarianceType is "fixed_small" or "fixed_small_log" or "fixed_large" or "learned_range", "variance_type", VarianceType, "fixed_small, fixed_small_log, fixed_large or learned_range");
        Require(MaxImageSeqLen > BaseImageSeqLen, "max_image_seq_len", MaxImageSeqLen, "more than base_image_seq_len");
        Require(BaseShift is >= -10 and <= 10 && MaxShift is >= -10 and <= 10, "max_shift", MaxShift, "-10 to 10, as base_shift");
        Require(Shift is > 0 and <= 100, "shift", Shift, "above 0 to 100");
        if (!IsFlow) Require(Array.TrueForAll(Betas(), beta => beta is > 0 and <= 1), "beta_end", BetaEnd, "betas above 0 to 1");
        foreach (var (name, only) in new[] { ("use_exponential_sigmas", "false"), ("use_beta_sigmas", "false"), ("thresholding", "false"), ("interpolation_type", "\"linear\""), ("solver_order", "2"), ("solver_type", "\"midpoint\""), ("algorithm_type", "\"dpmsolver++\""), ("use_lu_lambdas", "false"), ("lower_order_final", "true"), ("invert_sigmas", "false"), ("shift_terminal", "null"), ("timestep_type", "\"discrete\"") })
            if (Others?.TryGetValue(name, out var value) == true) Require(value.GetRawText() == only, name, PrintableText.Of(value.GetRawText()), only);

        static void Require(bool allowed, string name, object value, string range)
        {
            if (!allowed) throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; allowed: {range}"));
        }
    }
}
