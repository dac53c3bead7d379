using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="FluxTransformer2D"/>: config.json of a FluxTransformer2DModel.</summary>
public sealed record FluxTransformer2DConfig : NetworkConfig
{
    /// <summary>Channels of a packed patch of latents.</summary>
    public int InChannels { get; init; } = 64;

    /// <summary>Channels of the output; null is as many as of the input.</summary>
    public int? OutChannels { get; init; }

    /// <summary>Blocks in which text and image have their own layers.</summary>
    public int NumLayers { get; init; } = 19;

    /// <summary>Blocks in which they have the same.</summary>
    public int NumSingleLayers { get; init; } = 38;

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 24;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 128;

    /// <summary>Width of the text.</summary>
    public int JointAttentionDim { get; init; } = 4096;

    /// <summary>Width of the pooled text.</summary>
    public int PooledProjectionDim { get; init; } = 768;

    /// <summary>Whether the network is told a guidance scale.</summary>
    public bool GuidanceEmbeds { get; init; }

    /// <summary>Channels of a head that each axis of positions turns.</summary>
    public IReadOnlyList<int> AxesDimsRope { get; init; } = [16, 56, 56];

    /// <summary>Width of the states.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("in_channels", InChannels, 1, 4096);
        RequireWithin("out_channels", OutChannels ?? InChannels, 1, 4096);
        RequireWithin("num_layers", NumLayers, 0, 256);
        RequireWithin("num_single_layers", NumSingleLayers, 0, 256);
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, 256);
        RequireWithin("attention_head_dim", AttentionHeadDim, 1, 1024);
        RequireWithin("joint_attention_dim", JointAttentionDim, 1, 1 << 16);
        RequireWithin("pooled_projection_dim", PooledProjectionDim, 1, 1 << 16);
        Require(
            AxesDimsRope.Count is >= 1 and <= 8 && AxesDimsRope.All(share => share > 0 && share % 2 == 0) && AxesDimsRope.Sum(share => (long)share) == AttentionHeadDim,
            "axes_dims_rope", string.Join(", ", AxesDimsRope), $"even numbers whose sum is attention_head_dim {AttentionHeadDim}");
        Only("patch_size", "1");
    }
}
