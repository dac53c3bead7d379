using Atelier.Diffusion.Networks.Layers;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="ClipTextModel"/>: config.json of a CLIPTextModel or CLIPTextModelWithProjection.</summary>
public sealed record ClipTextConfig : NetworkConfig
{
    /// <summary>Number of tokens.</summary>
    public int VocabSize { get; init; } = 49408;

    /// <summary>Width of the states.</summary>
    public int HiddenSize { get; init; } = 512;

    /// <summary>Width inside the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 2048;

    /// <summary>Width of the pooled vector, where the checkpoint has a projection.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Attention heads of a layer.</summary>
    public int NumAttentionHeads { get; init; } = 8;

    /// <summary>The longest sequence.</summary>
    public int MaxPositionEmbeddings { get; init; } = 77;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Epsilon of the norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>The token that ends a text, whose state is the pooled one; 2, which old checkpoints say in error, is the largest id of the text.</summary>
    public int EosTokenId { get; init; } = 49407;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("vocab_size", VocabSize, 1, 1 << 20);
        RequireWithin("hidden_size", HiddenSize, 1, 1 << 14);
        RequireWithin("intermediate_size", IntermediateSize, 1, 1 << 16);
        RequireWithin("projection_dim", ProjectionDim, 1, 1 << 14);
        RequireWithin("num_hidden_layers", NumHiddenLayers, 1, 128);
        RequireWithin("num_attention_heads", NumAttentionHeads, 1, HiddenSize);
        Require(HiddenSize % NumAttentionHeads == 0, "num_attention_heads", NumAttentionHeads, $"a divisor of hidden_size {HiddenSize}");
        RequireWithin("max_position_embeddings", MaxPositionEmbeddings, 1, 1 << 14);
        RequireOneOf("hidden_act", HiddenAct, Activation.Names);
        Require(LayerNormEps is > 0 and < 1, "layer_norm_eps", LayerNormEps, "above 0 to below 1");
    }
}
