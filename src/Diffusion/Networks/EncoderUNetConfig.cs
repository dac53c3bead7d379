namespace Atelier.Diffusion.Networks;

/// <summary>Shape of an <see cref="EncoderUNetModel"/>, in the terms of the official constructor.</summary>
public sealed record EncoderUNetConfig : UNetConfig
{
    /// <summary>Width and height of the images, which attention pooling has a position embedding for.</summary>
    public required int ImageSize { get; init; }

    /// <summary>How features become logits.</summary>
    public required ClassifierPool Pool { get; init; }

    /// <summary>Whether attention keeps all heads' queries, keys and values apart, instead of each head's together.</summary>
    public bool UseNewAttentionOrder { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        var coarsest = 1 << (ChannelMult.Count - 1);
        Require(ImageSize is >= 1 and <= 4096 && ImageSize % coarsest == 0, "image_size", ImageSize, $"a multiple of {coarsest} up to 4096");
        Require(Enum.IsDefined(Pool), "pool", Pool, "adaptive, attention, spatial or spatial_v2");
        Require(Pool != ClassifierPool.Attention || NumHeadChannels != -1, "num_head_channels", NumHeadChannels, "1 or more with attention pooling");
    }

    /// <inheritdoc/>
    protected override void ValidateOutput() => Require(OutChannels is >= 1 and <= 1_000_000, "out_channels", OutChannels, "1 to 1000000 classes");

    internal override bool NewAttentionOrder => UseNewAttentionOrder;
}
