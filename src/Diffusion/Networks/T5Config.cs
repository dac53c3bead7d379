namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="T5Encoder"/>: config.json of a T5EncoderModel.</summary>
public sealed record T5Config : NetworkConfig
{
    /// <summary>Number of tokens.</summary>
    public int VocabSize { get; init; } = 32128;

    /// <summary>Width of the states.</summary>
    public int DModel { get; init; } = 512;

    /// <summary>Channels of a head.</summary>
    public int DKv { get; init; } = 64;

    /// <summary>Width inside the feed-forward layers.</summary>
    public int DFf { get; init; } = 2048;

    /// <summary>Number of layers.</summary>
    public int NumLayers { get; init; } = 6;

    /// <summary>Attention heads of a layer.</summary>
    public int NumHeads { get; init; } = 8;

    /// <summary>Number of the ranges of distances that are told apart.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>The distance from which on all are one.</summary>
    public int RelativeAttentionMaxDistance { get; init; } = 128;

    /// <summary>Epsilon of the norms.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Feed-forward layers: relu (T5), or gated-gelu (T5 1.1).</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("vocab_size", VocabSize, 1, 1 << 20);
        RequireWithin("d_model", DModel, 1, 1 << 14);
        RequireWithin("d_kv", DKv, 1, 1 << 10);
        RequireWithin("d_ff", DFf, 1, 1 << 17);
        RequireWithin("num_layers", NumLayers, 1, 128);
        RequireWithin("num_heads", NumHeads, 1, 1 << 10);
        RequireWithin("relative_attention_num_buckets", RelativeAttentionNumBuckets, 4, 1 << 10);
        Require(RelativeAttentionNumBuckets % 4 == 0, "relative_attention_num_buckets", RelativeAttentionNumBuckets, "multiples of 4");
        RequireWithin("relative_attention_max_distance", RelativeAttentionMaxDistance, (RelativeAttentionNumBuckets / 4) + 1, 1 << 16);
        Require(LayerNormEpsilon is > 0 and < 1, "layer_norm_epsilon", LayerNormEpsilon, "above 0 to below 1");
        RequireOneOf("feed_forward_proj", FeedForwardProj, "relu", "gated-gelu");
    }
}
