using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks.Layers;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="PixArtTransformer2D"/>: config.json of a PixArtTransformer2DModel.</summary>
public sealed record PixArtTransformer2DConfig : NetworkConfig
{
    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 16;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 72;

    /// <summary>Channels of latents.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the output; the second half is a variance that nobody uses.</summary>
    public int? OutChannels { get; init; } = 8;

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 28;

    /// <summary>Height and width of the latents of training, which positions are made for.</summary>
    public int SampleSize { get; init; } = 128;

    /// <summary>Height and width of a patch.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string ActivationFn { get; init; } = "gelu-approximate";

    /// <summary>Width of the context that attentions see.</summary>
    public int? CrossAttentionDim { get; init; } = 1152;

    /// <summary>Width of the context that is given.</summary>
    public int? CaptionChannels { get; init; }

    /// <summary>Epsilon of the norms in blocks.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>What positions are divided by; null follows from the sample size.</summary>
    public double? InterpolationScale { get; init; }

    /// <summary>Whether the network is told size and aspect ratio; null follows from the sample size.</summary>
    public bool? UseAdditionalConditions { get; init; }

    /// <summary>Width of the states.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>Whether the network is told size and aspect ratio.</summary>
    [JsonIgnore]
    public bool KnowsSizes => UseAdditionalConditions ?? SampleSize == 128;

    /// <summary>What positions are divided by.</summary>
    [JsonIgnore]
    public double PositionScale => InterpolationScale ?? Math.Max(SampleSize / 64, 1);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, 256);
        RequireWithin("attention_head_dim", AttentionHeadDim, 1, 1024);
        Require(Width % 4 == 0, "attention_head_dim", AttentionHeadDim, "with num_attention_heads a multiple of 4");
        Require(!KnowsSizes || Width % 3 == 0, "attention_head_dim", AttentionHeadDim, "with num_attention_heads a multiple of 3");
        RequireWithin("in_channels", InChannels, 1, 256);
        RequireWithin("out_channels", OutChannels ?? InChannels, 1, 256);
        RequireWithin("num_layers", NumLayers, 1, 256);
        RequireWithin("patch_size", PatchSize, 1, 64);
        RequireWithin("sample_size", SampleSize, PatchSize, 4096);
        RequireOneOf("activation_fn", ActivationFn, ["geglu", .. Activation.Names]);
        Require(CrossAttentionDim == Width, "cross_attention_dim", CrossAttentionDim, $"{Width}, the width of the states");
        RequireWithin("caption_channels", CaptionChannels ?? 0, 1, 1 << 16);
        Require(NormEps is > 0 and < 1, "norm_eps", NormEps, "above 0 to below 1");
        Require(PositionScale is > 0 and < 1000, "interpolation_scale", InterpolationScale, "above 0 to below 1000");
        Only("attention_bias", "true");
        Only("norm_type", "\"ada_norm_single\"");
        Only("norm_elementwise_affine", "false");
        Only("attention_type", "\"default\"", "null");
    }
}
