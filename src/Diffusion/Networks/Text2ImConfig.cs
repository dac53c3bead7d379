namespace Atelier.Diffusion.Networks;

/// <summary>Shape of a <see cref="Text2ImUNet"/>, in the terms of the official constructor.</summary>
public sealed record Text2ImConfig : UNetConfig
{
    /// <summary>Tokens of the text context, L.</summary>
    public required int TextCtx { get; init; }

    /// <summary>Width of the text transformer, W; 0 makes a network without text.</summary>
    public required int XfWidth { get; init; }

    /// <summary>Blocks of the text transformer.</summary>
    public required int XfLayers { get; init; }

    /// <summary>Attention heads of the text transformer.</summary>
    public required int XfHeads { get; init; }

    /// <summary>Whether a layer norm follows the last block.</summary>
    public bool XfFinalLn { get; init; }

    /// <summary>Whether padded positions have embeddings of their own.</summary>
    public bool XfPadding { get; init; }

    /// <summary>Weight of an autoregressive text loss in the original training; above 0 the state dict has an <c>unemb</c> layer.</summary>
    public double XfAr { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>
    /// Side S of the sketch, a small picture that is made of the text alone and seen beside x_t: what the images of a caption have in common, so that where
    /// things lie can be learnt from captions and tiny pictures before the UNet draws anything. 0 is a network without; official networks have none.
    /// </summary>
    /// <value>Default 0.</value>
    public int SketchSize { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(TextCtx is >= 1 and <= 4096, "text_ctx", TextCtx, "1 to 4096");
        Require(XfWidth is >= 0 and <= 8192, "xf_width", XfWidth, "0 to 8192");
        Require(XfLayers is >= 0 and <= 128, "xf_layers", XfLayers, "0 to 128");
        Require(XfHeads >= 1 && XfWidth % XfHeads == 0, "xf_heads", XfHeads, $"a divisor of xf_width {XfWidth}");
        Require(SketchSize is >= 0 and <= 64 && (SketchSize == 0 || XfWidth > 0), "sketch_size", SketchSize, "0 to 64, and 0 without text");
        Require(VocabularySize is >= 1 and <= 10_000_000, "vocabulary_size", VocabularySize, "1 to 10000000");
    }

    /// <inheritdoc/>
    protected override void ValidateOutput() => Require(OutChannels == 6, "out_channels", OutChannels, "6: three of epsilon, three of variance");
}
