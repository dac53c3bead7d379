using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks.Layers;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="DitTransformer2D"/>: config.json of a DiTTransformer2DModel.</summary>
public sealed record DitTransformer2DConfig : NetworkConfig
{
    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 16;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 72;

    /// <summary>Channels of latents.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the output, with a learned variance; null is as many as of the input.</summary>
    public int? OutChannels { get; init; }

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 28;

    /// <summary>Height and width of the latents of training, which positions are made for.</summary>
    public int SampleSize { get; init; } = 32;

    /// <summary>Height and width of a patch.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string ActivationFn { get; init; } = "gelu-approximate";

    /// <summary>Number of classes; the number itself is the label of none.</summary>
    public int? NumEmbedsAdaNorm { get; init; } = 1000;

    /// <summary>Epsilon of the norms before feed-forward layers.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Width of the states.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, 256);
        RequireWithin("attention_head_dim", AttentionHeadDim, 1, 1024);
        Require(Width % 4 == 0, "attention_head_dim", AttentionHeadDim, "with num_attention_heads a multiple of 4");
        RequireWithin("in_channels", InChannels, 1, 256);
        RequireWithin("out_channels", OutChannels ?? InChannels, 1, 256);
        RequireWithin("num_layers", NumLayers, 1, 256);
        RequireWithin("patch_size", PatchSize, 1, 64);
        RequireWithin("sample_size", SampleSize, PatchSize, 4096);
        RequireOneOf("activation_fn", ActivationFn, ["geglu", .. Activation.Names]);
        RequireWithin("num_embeds_ada_norm", NumEmbedsAdaNorm ?? 0, 1, 1 << 20);
        Require(NormEps is > 0 and < 1, "norm_eps", NormEps, "above 0 to below 1");
        Only("attention_bias", "true");
        Only("norm_type", "\"ada_norm_zero\"");
        Only("norm_elementwise_affine", "false");
    }
}
