using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>Transformers for inference, each once.</summary>
internal static class InferenceTransformers
{
    public static void T5(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        var config = golden.Config<T5Config>();
        using var network = new T5Encoder(config, source);
        var ids = golden.Input("input_ids");
        comparison.Check("last_hidden_state", network.Forward(ids));
        comparison.Check("last_hidden_state_masked", network.Forward(ids, golden.Input("attention_mask")));
        comparison.Check("relative_position_bucket", T5Encoder.Buckets((int)ids.shape[1], config));
        comparison.LeaveOut("states within the network", golden.Outputs.Keys.Where(output => output.StartsWith("hidden_states.", StringComparison.Ordinal) || output == "position_bias"));
        if (source.Has("encoder.embed_tokens.weight")) source.Take("encoder.embed_tokens.weight", null, [config.VocabSize, config.DModel]).Dispose();
    }

    public static void Dit(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new DitTransformer2D(golden.Config<DitTransformer2DConfig>(), source);
        comparison.Check("sample", network.Forward(golden.Input("hidden_states"), golden.Input("timestep"), golden.Input("class_labels")));
    }

    public static void PixArt(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new PixArtTransformer2D(golden.Config<PixArtTransformer2DConfig>(), source);
        comparison.Check("sample", network.Forward(
            golden.Input("hidden_states"), golden.Input("timestep"), golden.Input("encoder_hidden_states"), golden.Input("encoder_attention_mask"),
            golden.InputOrNull("resolution"), golden.InputOrNull("aspect_ratio")));
    }

    public static void Sd3(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new Sd3Transformer2D(golden.Config<Sd3Transformer2DConfig>(), source);
        comparison.Check("sample", network.Forward(
            golden.Input("hidden_states"), golden.Input("timestep"), golden.Input("encoder_hidden_states"), golden.Input("pooled_projections")));
    }

    public static void Flux(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new FluxTransformer2D(golden.Config<FluxTransformer2DConfig>(), source);
        var (imageIds, textIds) = (golden.Input("img_ids"), golden.Input("txt_ids"));
        comparison.Check("sample", network.Forward(
            golden.Input("hidden_states"), golden.Input("timestep"), golden.Input("encoder_hidden_states"), golden.Input("pooled_projections"),
            imageIds, textIds, golden.InputOrNull("guidance")));
        var rotary = network.Positions(textIds, imageIds);
        comparison.Check("rope.cos", rotary.Cos.repeat_interleave(2, 1));
        comparison.Check("rope.sin", rotary.Sin.repeat_interleave(2, 1));
        if (golden.InputOrNull("latents_nchw") is not { } latents) return;
        var packed = FluxLatents.Pack(latents);
        comparison.Check("packed", packed);
        comparison.CheckExactly("unpacked", FluxLatents.Unpack(packed, latents.shape[2], latents.shape[3]).contiguous().data<float>().ToArray(), latents.data<float>().ToArray());
    }

    public static void Prior(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new PriorTransformer(golden.Config<PriorTransformerConfig>(), source);
        var embedding = network.Forward(
            golden.Input("hidden_states"), golden.Input("timestep"), golden.Input("proj_embedding"), golden.InputOrNull("encoder_hidden_states"),
            golden.InputOrNull("attention_mask"));
        comparison.Check("predicted_image_embedding", embedding);
        comparison.Check("post_processed", network.Denormalize(embedding));
    }

    public static void TextProjection(GoldenCase golden, Comparison comparison, MemorySource source)
    {
        using var network = new UnClipTextProjection(golden.Config<UnClipTextProjectionConfig>(), source);
        var (images, pooled, text) = (golden.Input("image_embeddings"), golden.Input("prompt_embeds"), golden.Input("text_encoder_hidden_states"));
        Check("cfg", network.Forward(cat([network.NoImage(images.shape[0]), images], dim: 0), pooled, text));
        Check("plain", network.Forward(images, Positive(pooled), Positive(text)));

        void Check(string variant, (Tensor Context, Tensor Embedding) got)
        {
            comparison.Check($"{variant}.text_encoder_hidden_states", got.Context);
            comparison.Check($"{variant}.additive_clip_time_embeddings", got.Embedding);
        }

        static Tensor Positive(Tensor both) => both.narrow(0, both.shape[0] / 2, both.shape[0] / 2);
    }
}
