using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks.Layers;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="PriorTransformer"/>: config.json of a PriorTransformer.</summary>
public sealed record PriorTransformerConfig : NetworkConfig
{
    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 64;

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 20;

    /// <summary>Width of the embedding that is denoised, and of the text's states.</summary>
    public int EmbeddingDim { get; init; } = 768;

    /// <summary>Tokens of the text.</summary>
    public int NumEmbeddings { get; init; } = 77;

    /// <summary>Tokens beside the text.</summary>
    public int AdditionalEmbeddings { get; init; } = 4;

    /// <summary>Activation in the embedding of the timestep.</summary>
    public string TimeEmbedActFn { get; init; } = "silu";

    /// <summary>Norm before the first block: layer, or null for none.</summary>
    public string? NormInType { get; init; }

    /// <summary>Norm of the pooled text: layer, or null for none.</summary>
    public string? EmbeddingProjNormType { get; init; }

    /// <summary>How the text's states enter: linear, or null where there are none.</summary>
    public string? EncoderHidProjType { get; init; } = "linear";

    /// <summary>What the result is read from: prd, a token of its own; null is the denoised embedding's.</summary>
    public string? AddedEmbType { get; init; } = "prd";

    /// <summary>Width within the embedding of the timestep; null is that of the states.</summary>
    public int? TimeEmbedDim { get; init; }

    /// <summary>Width of the pooled text; null is that of the embedding.</summary>
    public int? EmbeddingProjDim { get; init; }

    /// <summary>Width of the result; null is that of the embedding.</summary>
    public int? ClipEmbedDim { get; init; }

    /// <summary>Width of the states.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, 256);
        RequireWithin("attention_head_dim", AttentionHeadDim, 1, 1024);
        Require(Width % 2 == 0, "attention_head_dim", AttentionHeadDim, "with num_attention_heads an even number");
        RequireWithin("num_layers", NumLayers, 1, 256);
        RequireWithin("embedding_dim", EmbeddingDim, 1, 1 << 14);
        RequireWithin("num_embeddings", NumEmbeddings, 1, 1 << 14);
        RequireWithin("additional_embeddings", AdditionalEmbeddings, 0, 16);
        RequireOneOf("time_embed_act_fn", TimeEmbedActFn, Activation.Names);
        RequireOneOf("norm_in_type", NormInType, null, "layer");
        RequireOneOf("embedding_proj_norm_type", EmbeddingProjNormType, null, "layer");
        RequireOneOf("encoder_hid_proj_type", EncoderHidProjType, null, "linear");
        RequireOneOf("added_emb_type", AddedEmbType, null, "prd");
        RequireWithin("time_embed_dim", TimeEmbedDim ?? 1, 1, 1 << 16);
        RequireWithin("embedding_proj_dim", EmbeddingProjDim ?? 1, 1, 1 << 16);
        RequireWithin("clip_embed_dim", ClipEmbedDim ?? 1, 1, 1 << 16);
    }
}
