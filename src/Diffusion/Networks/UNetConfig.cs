using System.Globalization;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Shape of a UNet, in the terms of the official constructors.</summary>
public record UNetConfig
{
    /// <summary>Channels of the input image.</summary>
    /// <value>Default 3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>Base width; level k is ChannelMult[k] times as wide. All widths are multiples of 32.</summary>
    public required int ModelChannels { get; init; }

    /// <summary>Channels of the output: 3, or 6 where the variance is learned: epsilon first and then the variance values.</summary>
    /// <value>Default 6.</value>
    public int OutChannels { get; init; } = 6;

    /// <summary>Residual blocks of each level on the way down; one more on the way up.</summary>
    public required int NumResBlocks { get; init; }

    /// <summary>Downsampling factors at which there is attention: 1 is full size, 2 is half size.</summary>
    public required IReadOnlyList<int> AttentionResolutions { get; init; }

    /// <summary>Dropout probability inside residual blocks during training.</summary>
    public double Dropout { get; init; }

    /// <summary>Width of each level as a multiple of ModelChannels; one entry a level, each level half the size of the one before.</summary>
    public required IReadOnlyList<double> ChannelMult { get; init; }

    /// <summary>Attention heads, where NumHeadChannels does not decide.</summary>
    /// <value>Default 1.</value>
    public int NumHeads { get; init; } = 1;

    /// <summary>Channels of one attention head; -1 leaves it to NumHeads.</summary>
    /// <value>Default -1.</value>
    public int NumHeadChannels { get; init; } = -1;

    /// <summary>Attention heads on the way up, where NumHeadChannels does not decide; -1 is as many as on the way down.</summary>
    /// <value>Default -1.</value>
    public int NumHeadsUpsample { get; init; } = -1;

    /// <summary>Whether the embedding scales and shifts the second norm of a residual block instead of being added.</summary>
    public bool UseScaleShiftNorm { get; init; }

    /// <summary>Whether residual blocks resample, instead of convolutions.</summary>
    public bool ResBlockUpDown { get; init; }

    /// <summary>
    /// Side of the squares of pixels that enter and leave the network as channels of one position (space to depth: Shi et al. 2016,
    /// arXiv:1609.05158). With 2 every level is half as large, which costs a quarter; official networks have 1.
    /// </summary>
    /// <value>Default 1.</value>
    public int PatchSize { get; init; } = 1;

    /// <summary>
    /// Channels beside those of the image that tell every position where it is, see <see cref="PositionCode"/> (Liu et al. 2018, arXiv:1807.03247);
    /// what lies where can hardly be learnt without. Official networks have 0.
    /// </summary>
    /// <value>Default 0.</value>
    public int PositionChannels { get; init; }

    /// <summary>Refuses shapes that cannot be built.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public virtual void Validate()
    {
        Require(InChannels is >= 1 and <= 64, "in_channels", InChannels, "1 to 64");
        ValidateOutput();
        Require(ModelChannels is >= 32 and <= 4096, "model_channels", ModelChannels, "32 to 4096");
        Require(NumResBlocks is >= 1 and <= 32, "num_res_blocks", NumResBlocks, "1 to 32");
        Require(Dropout is >= 0 and < 1, "dropout", Dropout, "0 to below 1");
        Require(ChannelMult.Count is >= 1 and <= 10, "channel_mult", $"of {ChannelMult.Count} levels", "1 to 10 levels");
        Require(PatchSize is 1 or 2 or 4 or 8, "patch_size", PatchSize, "1, 2, 4 or 8");
        Require(PositionChannels is >= 0 and <= 256 && PositionChannels % 4 == 0, "position_channels", PositionChannels, "a multiple of 4 from 0 to 256");
        Require(NumHeads >= 1, "num_heads", NumHeads, "1 or more");
        Require(NumHeadsUpsample is -1 or >= 1, "num_heads_upsample", NumHeadsUpsample, "-1, or 1 or more");
        Require(NumHeadChannels is -1 or >= 1, "num_head_channels", NumHeadChannels, "-1, or 1 or more");
        for (var level = 0; level < ChannelMult.Count; level++)
        {
            Require(ChannelMult[level] is > 0 and <= 64 && ChannelMult[level] * ModelChannels % 32 == 0,
                "channel_mult", ChannelMult[level], "above 0 to 64, so that every level is a multiple of 32 channels wide");
            RequireDivisor(level, NumHeadChannels == -1 ? "num_heads" : "num_head_channels", NumHeadChannels == -1 ? NumHeads : NumHeadChannels);
            if (NumHeadChannels == -1 && NumHeadsUpsample != -1) RequireDivisor(level, "num_heads_upsample", NumHeadsUpsample);
        }
    }

    /// <summary>Refuses outputs that are not images.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    protected virtual void ValidateOutput() =>
        Require(OutChannels is 3 or 6, "out_channels", OutChannels, "3, or 6 with learned variance");

    /// <summary>Throws unless a setting is allowed.</summary>
    /// <param name="allowed">Whether it is.</param>
    /// <param name="name">Name of the setting in model.json.</param>
    /// <param name="value">Its value.</param>
    /// <param name="range">What is allowed.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    protected static void Require(bool allowed, string name, object value, string range)
    {
        if (!allowed) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; allowed: {range}"));
    }

    internal int? EncoderChannels { get; init; }

    // Of what the text shows beside the image.
    internal int SketchChannels { get; init; }

    // Where to build the network; null is the CPU. Handed to every layer, since the default device is shared by all threads.
    internal Device? Device { get; init; }

    internal int EmbeddingChannels => 4 * ModelChannels;

    internal int ChannelsAt(int level) => (int)(ChannelMult[level] * ModelChannels);

    // Whether queries, keys and values of all heads lie apart, instead of each head's together.
    internal virtual bool NewAttentionOrder => false;

    internal int HeadsFor(int channels, bool up) =>
        NumHeadChannels != -1 ? channels / NumHeadChannels : up && NumHeadsUpsample != -1 ? NumHeadsUpsample : NumHeads;

    private void RequireDivisor(int level, string name, int value) =>
        Require(ChannelsAt(level) % value == 0, name, value, $"a divisor of {ChannelsAt(level)} channels");
}
