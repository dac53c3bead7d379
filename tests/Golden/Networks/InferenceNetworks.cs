using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>Networks for inference, each once, with exactly the weights of its case.</summary>
internal static class InferenceNetworks
{
    private static readonly Dictionary<string, Action<GoldenCase, Comparison, MemorySource>> Known = new()
    {
        ["AutoencoderKL"] = AutoencoderKl,
        ["CLIPTextModel"] = ClipText,
        ["CLIPTextModelWithProjection"] = ClipText,
        ["DiTTransformer2DModel"] = InferenceTransformers.Dit,
        ["FluxTransformer2DModel"] = InferenceTransformers.Flux,
        ["PixArtTransformer2DModel"] = InferenceTransformers.PixArt,
        ["PriorTransformer"] = InferenceTransformers.Prior,
        ["SD3Transformer2DModel"] = InferenceTransformers.Sd3,
        ["T5EncoderModel"] = InferenceTransformers.T5,
        ["UNet2DConditionModel"] = UNet2DCondition,
        ["UNet2DModel"] = UNet2DUnconditional,
        ["UnCLIPTextProjModel"] = InferenceTransformers.TextProjection,
    };

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var name = golden.Json.Text("class").Split('.')[^1];
        if (!Known.TryGetValue(name, out var compute))
        {
            comparison.Skip($"{name} is not implemented yet");
            return;
        }
        var source = golden.Source();
        compute(golden, comparison, source);
        comparison.CheckExactly("weights that nothing took", source.Left, []);
        string[] within = [.. golden.Outputs.Keys.Where(output => output.StartsWith("trace.", StringComparison.Ordinal))];
        if (within.Length > 0) comparison.LeaveOut("outputs within the network", within);
    }

    private static void ClipText(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new ClipTextModel(golden.Config<ClipTextConfig>(), source);
        using var output = network.Forward(golden.Input("input_ids"));
        comparison.Check("last_hidden_state", output.Last);
        for (var i = 0; i < output.HiddenStates.Count; i++) comparison.Check($"hidden_states.{i}", output.HiddenStates[i]);
        comparison.Check("penultimate", output.HiddenStates[^2]);
        comparison.Check("penultimate_normed", network.Normalize(output.HiddenStates[^2]));
        comparison.Check(golden.Outputs.ContainsKey("text_embeds") ? "text_embeds" : "pooler_output", output.Pooled);
    }

    private static void UNet2DCondition(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new UNet2DCondition(golden.Config<UNet2DConditionConfig>(), source);
        comparison.Check("sample", network.Forward(
            golden.Input("sample"), golden.Input("timestep"), golden.Input("encoder_hidden_states"), golden.InputOrNull("text_embeds"),
            golden.InputOrNull("time_ids"), golden.InputOrNull("class_labels"), golden.InputOrNull("attention_mask"), golden.InputOrNull("timestep_cond")));
    }

    private static void UNet2DUnconditional(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new UNet2DUnconditional(golden.Config<UNet2DConfig>(), source);
        comparison.Check("sample", network.Forward(golden.Input("sample"), golden.Input("timestep")));
    }

    private static void AutoencoderKl(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        var config = golden.Config<AutoencoderKlConfig>();
        using var network = new AutoencoderKl(config, source);
        var (mean, logVariance) = network.Encode(golden.Input("image"));
        var deviation = exp(logVariance * S(0.5));
        var sample = mean.Plus(deviation * golden.Input("noise"));
        // No log variance of the cases is so far out that it is clamped.
        comparison.Check("encode.moments", cat([mean, logVariance], dim: 1));
        comparison.Check("encode.mean", mean);
        comparison.Check("encode.logvar", logVariance);
        comparison.Check("encode.std", deviation);
        comparison.Check("encode.sample", sample);
        var (scale, shift) = (S(config.ScalingFactor), S(config.ShiftFactor ?? 0));
        comparison.Check("model_latents", (sample - shift) * scale);
        comparison.Check("decode", network.Decode(golden.Input("latents")));
        comparison.Check("decode_model_latents", network.Decode((golden.Input("model_latents") / scale).Plus(shift)));
    }
}
