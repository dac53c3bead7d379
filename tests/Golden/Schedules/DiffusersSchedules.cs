using System.Text.Json;
using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Schedules;

/// <summary>The schedulers of diffusers: which levels a run visits, and every step of it, with a network whose outputs are recorded.</summary>
internal static class DiffusersSchedules
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The schedules of betas.</summary>
    public static void ComputeTables(GoldenCase golden, Comparison comparison)
    {
        var configs = golden.Json.Member("config");
        foreach (var (output, (want, _)) in golden.Outputs)
        {
            var parts = output.Split('.');
            var config = configs.TryGetProperty(parts[0], out var named) ? named.Deserialize<SchedulerConfig>(Json)! : Named(parts[0], (int)want.shape[0]);
            var betas = config.Betas();
            for (var (t, product) = (0, 1.0); parts[1] == "alphas_cumprod" && t < betas.Length; t++) betas[t] = product *= 1 - betas[t];
            comparison.Check(output, tensor(betas).to_type(want.dtype));
        }

        static SchedulerConfig Named(string name, int timesteps)
        {
            var sd = name.StartsWith("scaled_linear_sd", StringComparison.Ordinal);
            return new SchedulerConfig
            {
                NumTrainTimesteps = timesteps,
                BetaSchedule = sd ? "scaled_linear" : name.StartsWith("linear", StringComparison.Ordinal) ? "linear" : name,
                BetaStart = sd ? 0.00085 : 0.0001,
                BetaEnd = sd ? 0.012 : 0.02,
                RescaleBetasZeroSnr = name.EndsWith("zero_snr", StringComparison.Ordinal),
            };
        }
    }

    /// <summary>Runs of one scheduler, in variants.</summary>
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var name = golden.Json.Member("class").GetString()!.Split('.')[^1];
        foreach (var variant in golden.Json.Member("variants").EnumerateArray())
        {
            var prefix = variant.Member("name").GetString()! + ".";
            if (Unknown(variant, name) is { } reason)
            {
                comparison.LeaveOut(reason, golden.Outputs.Keys.Where(output => output.StartsWith(prefix, StringComparison.Ordinal)));
                continue;
            }
            var config = variant.Member("config").Deserialize<SchedulerConfig>(Json)! with { ClassName = name };
            config.Validate();
            var eta = variant.TryGetProperty("step", out var step) && step.TryGetProperty("eta", out var value) ? value.GetDouble() : 0;
            var settings = new SamplingSettings { Sampler = config.Sampler, Steps = variant.Member("n").GetInt32(), Eta = eta, BatchSize = 1 };
            var sampler = settings.CreateSampler(warmsUp: false);
            Check(golden, comparison, prefix, config, sampler, ScheduleOf(config, variant).Run(settings.Steps, sampler.Spacing), variant.Member("add").EnumerateArray().Select(add => add.GetInt32()));
        }
    }

    private static ISchedule ScheduleOf(SchedulerConfig config, JsonElement variant)
    {
        if (!config.IsFlow) return new DiffusersSchedule(config);
        var set = variant.Member("set");
        return new FlowSchedule(config.NumTrainTimesteps, set.TryGetProperty("mu", out var mu) ? Math.Exp(mu.GetDouble()) : config.Shift, isShiftedTwice: !set.TryGetProperty("sigmas", out _));
    }

    private static void Check(
        GoldenCase golden, Comparison comparison, string prefix, SchedulerConfig config, ISampler sampler, LevelRun run, IEnumerable<int> add)
    {
        var isLearned = config.Variance == VarianceType.LearnedRange;
        var recorded = new Recording(golden.Input(isLearned ? "model_output_2c" : "model_output"));
        var clips = golden.Name == "l4-ddpm" && Find(golden, prefix).TryGetProperty("clip_sample", out var clip) && clip.GetBoolean();
        var process = new DenoisingProcess(recorded, config.Prediction, isLearned ? VarianceType.LearnedRange : config.Variance) { ClipDenoised = clips };
        // Those that step in x / alpha are compared there.
        var isScaled = golden.Outputs.ContainsKey($"{prefix}scaled");
        var steps = sampler.Run(process, run, index => index < 0 ? golden.Input("sample") * S(run.InitialScale) : golden.Input("noise")[run.Steps - 1 - index].clone()).ToList();

        Numbers("timesteps", [.. Enumerable.Range(0, run.Steps).Reverse().Select(index => run.From(index).Timestep)]);
        Numbers("sigmas", [.. Enumerable.Range(0, run.Steps).Reverse().Select(run.From).Append(run.To(0)).Select(level => config.IsFlow ? level.Sigma : level.Ratio)]);
        Numbers("init_noise_sigma", isScaled ? run.InitialScale / run.From(run.Steps - 1).Alpha : run.InitialScale);
        Optional("scaled", () => stack(recorded.Seen));
        comparison.Check($"{prefix}prev_sample", stack(steps.Select(step => isScaled ? step.Sample / S(run.To(step.Index).Alpha) : step.Sample)));
        Optional("pred_original_sample", () => stack(steps.Select(step => step.PredictedXStart)));
        Optional("add_noise", () => Noised(add.Select(step => Math.Max(run.Steps - 1 - step, 0)).Select(index => sampler is PndmSampler && index == run.Steps - 2 ? run.To(index) : run.From(index))));
        Optional("scale_noise", () => Noised([run.From(run.Steps - 1), run.From(run.Steps - 1 - run.Steps / 2)]));

        Tensor Noised(IEnumerable<NoiseLevel> levels) => cat([.. levels.Select((level, row) =>
        {
            var (image, noise) = (golden.Input("sample")[row..(row + 1)], golden.Input("noise")[0][row..(row + 1)]);
            return ((S(level.Alpha) * image).Plus(S(level.Sigma) * noise)) / S(isScaled ? level.Alpha : 1);
        })]);

        void Numbers(string output, params double[] numbers)
        {
            if (!golden.Outputs.TryGetValue($"{prefix}{output}", out var expected)) return;
            var got = tensor(numbers).to_type(expected.Want.dtype);
            comparison.Check($"{prefix}{output}", expected.Want.dim() == 0 ? got.view() : got);
        }

        void Optional(string output, Func<Tensor> compute)
        {
            if (golden.Outputs.ContainsKey($"{prefix}{output}")) comparison.Check($"{prefix}{output}", compute());
        }
    }

    private static JsonElement Find(GoldenCase golden, string prefix) =>
        golden.Json.Member("variants").EnumerateArray().First(variant => $"{variant.Member("name").GetString()}." == prefix).Member("config");

    // What the settings of a variant need that is not here.
    private static string? Unknown(JsonElement variant, string scheduler)
    {
        var config = variant.Member("config");
        foreach (var (name, allowed) in new[] { ("use_exponential_sigmas", "false"), ("solver_order", "2"), ("solver_type", "\"midpoint\""), ("algorithm_type", "\"dpmsolver++\""), ("lambda_min_clipped", "null"), ("thresholding", "false"), ("lower_order_final", "true"), ("skip_prk_steps", "true"), ("shift_terminal", "null") })
            if (config.TryGetProperty(name, out var value) && value.GetRawText() != allowed) return $"{name} {value.GetRawText()}";
        // Which steps on with the epsilon of the image before it was clipped.
        if (scheduler == "DDIMScheduler" && (!config.TryGetProperty("clip_sample", out var clip) || clip.GetBoolean())) return "clipping by DDIM";
        if (config.TryGetProperty("shift", out _) && config.TryGetProperty("use_karras_sigmas", out _)) return "Karras levels of flow matching";
        return variant.TryGetProperty("step", out var step) && step.TryGetProperty("s_churn", out _) ? "churn" : null;
    }

    /// <summary>A network that gives what was recorded, call by call, and keeps what it was given.</summary>
    private sealed class Recording(Tensor outputs) : IDenoiser
    {
        public List<Tensor> Seen { get; } = [];

        public Tensor Predict(Tensor x, NoiseLevel at)
        {
            Seen.Add(x.clone().DetachFromDisposeScope());
            return outputs[Seen.Count - 1];
        }
    }
}
