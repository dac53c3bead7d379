using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of an <see cref="Sd3Transformer2D"/>: config.json of an SD3Transformer2DModel.</summary>
public sealed record Sd3Transformer2DConfig : NetworkConfig
{
    /// <summary>Height and width of a patch.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Width and height of what it was trained on, in latents; left to the caller.</summary>
    public int SampleSize { get; init; } = 128;

    /// <summary>Channels of latents.</summary>
    public int InChannels { get; init; } = 16;

    /// <summary>Channels of the output.</summary>
    public int? OutChannels { get; init; } = 16;

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 18;

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 18;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 64;

    /// <summary>Width of the text that is given.</summary>
    public int JointAttentionDim { get; init; } = 4096;

    /// <summary>Width of the text in the network, which is that of the states.</summary>
    public int CaptionProjectionDim { get; init; } = 1152;

    /// <summary>Width of the pooled text.</summary>
    public int PooledProjectionDim { get; init; } = 2048;

    /// <summary>Patches along one side of the largest image, for which the checkpoint has positions.</summary>
    public int PosEmbedMaxSize { get; init; } = 96;

    /// <summary>Blocks in which the image attends to itself a second time.</summary>
    public IReadOnlyList<int> DualAttentionLayers { get; init; } = [];

    /// <summary>Norm of queries and keys: rms_norm, or null for none.</summary>
    public string? QkNorm { get; init; }

    /// <summary>Width of the states.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("sample_size", SampleSize, 1, 4096);
        RequireWithin("patch_size", PatchSize, 1, 64);
        RequireWithin("in_channels", InChannels, 1, 256);
        RequireWithin("out_channels", OutChannels ?? InChannels, 1, 256);
        RequireWithin("num_layers", NumLayers, 1, 256);
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, 256);
        RequireWithin("attention_head_dim", AttentionHeadDim, 1, 1024);
        RequireWithin("joint_attention_dim", JointAttentionDim, 1, 1 << 16);
        Require(CaptionProjectionDim == Width, "caption_projection_dim", CaptionProjectionDim, $"{Width}, the width of the states");
        RequireWithin("pooled_projection_dim", PooledProjectionDim, 1, 1 << 16);
        RequireWithin("pos_embed_max_size", PosEmbedMaxSize, 1, 4096);
        Require(DualAttentionLayers.All(layer => layer >= 0 && layer < NumLayers), "dual_attention_layers", string.Join(", ", DualAttentionLayers), $"0 to {NumLayers - 1}");
        RequireOneOf("qk_norm", QkNorm, null, "rms_norm");
    }
}
