using System.Text.Json;
using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Families.StableDiffusion;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>Whole runs in latents, from token ids to pixels: Stable Diffusion's and SDXL's.</summary>
internal static class LatentLoops
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var isXl = golden.InputOrNull("input_ids_2") is not null;
        using var encoder = new ClipTextModel(Config<ClipTextConfig>(golden, "text_encoder"), golden.Source("text_encoder."));
        using var second = isXl ? new ClipTextModel(Config<ClipTextConfig>(golden, "text_encoder_2"), golden.Source("text_encoder_2.")) : null;
        using var codec = new LatentCodec(new AutoencoderKl(Config<AutoencoderKlConfig>(golden, "vae"), golden.Source("vae.")));
        using var network = new LatentUNet(new UNet2DCondition(Config<UNet2DConditionConfig>(golden, "unet"), golden.Source("unet.")), codec.Factor);
        var (prompts, negative) = (Encode("input_ids", "time_ids"), Encode("negative_ids", "negative_time_ids"));
        comparison.Check("prompt_embeds", prompts.Sequence!);
        comparison.Check("negative_prompt_embeds", negative.Sequence!);
        if (isXl)
        {
            comparison.Check("pooled_prompt_embeds", prompts.Vector!);
            comparison.Check("negative_pooled_prompt_embeds", negative.Vector!);
        }
        foreach (var run in golden.Json.Member("runs").EnumerateArray())
        {
            var isNothingZero = run.TryGetProperty("zero_negative", out var zeros) && zeros.GetBoolean();
            var against = isNothingZero ? new Conditioning(zeros_like(negative.Vector!), zeros_like(negative.Sequence!)) { Sizes = negative.Sizes } : negative;
            Check(golden, comparison, run, network, codec, Conditioning.Joined([prompts, against]));
        }

        Conditioning Encode(string ids, string sizes)
        {
            var one = encoder.Forward(golden.Input(ids));
            if (second is null) return new Conditioning(Sequence: one.Last);
            var other = second.Forward(golden.Input($"{ids}_2"));
            return new Conditioning(other.Pooled, cat([one.HiddenStates[^2], other.HiddenStates[^2]], dim: -1)) { Sizes = golden.Input(sizes) };
        }
    }

    private static void Check(GoldenCase golden, Comparison comparison, JsonElement json, LatentUNet network, LatentCodec codec, Conditioning given)
    {
        var name = json.Member("name").GetString()!;
        var scheduler = json.Member("scheduler_config").Deserialize<SchedulerConfig>(Json)! with { ClassName = json.Member("scheduler").GetString()! };
        var schedule = new DiffusersSchedule(scheduler);
        var settings = new SamplingSettings { Sampler = scheduler.Sampler, Steps = json.Member("steps").GetInt32(), BatchSize = 1 };
        var sampler = settings.CreateSampler(warmsUp: false);
        var run = schedule.Run(settings.Steps, sampler.Spacing);
        var n = (int)golden.Input("noise").shape[0];
        var rescale = json.TryGetProperty("guidance_rescale", out var phi) ? phi.GetDouble() : 0;
        using var conditional = new ConditionalNetwork(network, given);
        using var guidance = new ClassifierFreeGuidance(
            conditional, [.. Enumerable.Repeat(json.Member("guidance_scale").GetDouble(), n)], scheduler.Prediction, schedule.Duration, new GuidanceSettings { Rescale = rescale });
        var seen = new Witness(guidance);
        var process = new DenoisingProcess(seen, scheduler.Prediction, scheduler.Variance) { ClipDenoised = false };
        var steps = sampler.Run(process, run, _ => golden.Input("noise") * S(run.InitialScale)).ToList();

        var want = golden.Outputs[$"{name}.timesteps"].Want;
        comparison.Check($"{name}.timesteps", tensor([.. Enumerable.Range(0, run.Steps).Reverse().Select(index => run.From(index).Timestep)]).to_type(want.dtype));
        comparison.Check($"{name}.guided", stack(seen.Outputs));
        // Euler's latents are in x / alpha there.
        comparison.Check($"{name}.latents", stack(steps.Select(step => sampler.Spacing == LevelSpacing.Euler ? step.Sample / S(run.To(step.Index).Alpha) : step.Sample)));
        var image = codec.Decode(steps[^1].Sample);
        comparison.Check($"{name}.image", image);
        var bytes = (image.Plus(S(1)) * S(127.5)).round().clamp(S(0), S(255)).to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous();
        comparison.Check($"{name}.image_uint8", bytes);
    }

    private static TConfig Config<TConfig>(GoldenCase golden, string part) where TConfig : NetworkConfig =>
        NetworkConfig.Parse<TConfig>(golden.Json.Member("config").Member(part));

    /// <summary>Keeps what a guided network gives.</summary>
    private sealed class Witness(IDenoiser denoiser) : IDenoiser
    {
        public List<Tensor> Outputs { get; } = [];

        public Tensor Predict(Tensor x, NoiseLevel at)
        {
            var output = denoiser.Predict(x, at);
            Outputs.Add(output.clone().DetachFromDisposeScope());
            return output;
        }
    }
}
