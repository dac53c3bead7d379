namespace Atelier.Diffusion.Networks;

/// <summary>The shape of an <see cref="UnClipTextProjection"/>: config.json of a UnCLIPTextProjModel.</summary>
public sealed record UnClipTextProjectionConfig : NetworkConfig
{
    /// <summary>Tokens that an image embedding becomes.</summary>
    public int ClipExtraContextTokens { get; init; } = 4;

    /// <summary>Width of CLIP's embeddings and states.</summary>
    public int ClipEmbeddingsDim { get; init; } = 768;

    /// <summary>Width of the decoder's embedding.</summary>
    public int TimeEmbedDim { get; init; }

    /// <summary>Width of the decoder's context.</summary>
    public int CrossAttentionDim { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("clip_extra_context_tokens", ClipExtraContextTokens, 1, 256);
        RequireWithin("clip_embeddings_dim", ClipEmbeddingsDim, 1, 1 << 14);
        RequireWithin("time_embed_dim", TimeEmbedDim, 1, 1 << 16);
        RequireWithin("cross_attention_dim", CrossAttentionDim, 1, 1 << 16);
    }
}
