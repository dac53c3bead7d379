using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks.Layers;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of an <see cref="AutoencoderKl"/>, and what its caller does with latents: config.json of an AutoencoderKL.</summary>
public sealed record AutoencoderKlConfig : NetworkConfig
{
    /// <summary>Channels of an image that is encoded.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of an image that is decoded.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Kind of each level's block of the encoder.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["DownEncoderBlock2D"];

    /// <summary>Kind of each level's block of the decoder.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["UpDecoderBlock2D"];

    /// <summary>Channels of each level; each is half the size of the one before.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [64];

    /// <summary>Residual blocks of a level of the encoder; one more in the decoder.</summary>
    public int LayersPerBlock { get; init; } = 1;

    /// <summary>Activation.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Channels of latents.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Groups of the norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>What latents are multiplied by before a network sees them, after <see cref="ShiftFactor"/> was subtracted. Left to the caller.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>What is subtracted from latents; null is 0. Left to the caller.</summary>
    public double? ShiftFactor { get; init; }

    /// <summary>Mean of each channel of latents, which is subtracted; null is 0. Left to the caller.</summary>
    public IReadOnlyList<double>? LatentsMean { get; init; }

    /// <summary>Deviation of each channel of latents, which divides; null is 1. Left to the caller.</summary>
    public IReadOnlyList<double>? LatentsStd { get; init; }

    /// <summary>Whether it overflows in float16, so that another precision has to be chosen. Left to the caller.</summary>
    public bool ForceUpcast { get; init; } = true;

    /// <summary>Whether a 1x1 convolution follows the encoder.</summary>
    public bool UseQuantConv { get; init; } = true;

    /// <summary>Whether a 1x1 convolution comes before the decoder.</summary>
    public bool UsePostQuantConv { get; init; } = true;

    /// <summary>Whether pixels attend to each other between the two halves.</summary>
    public bool MidBlockAddAttention { get; init; } = true;

    /// <summary>Pixels of an image along one pixel of latents.</summary>
    [JsonIgnore]
    public int Factor => 1 << (BlockOutChannels.Count - 1);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("in_channels", InChannels, 1, 64);
        RequireWithin("out_channels", OutChannels, 1, 64);
        RequireWithin("latent_channels", LatentChannels, 1, 256);
        RequireWithin("layers_per_block", LayersPerBlock, 1, 32);
        RequireWithin("norm_num_groups", NormNumGroups, 1, 1024);
        var levels = BlockOutChannels.Count;
        Require(levels is >= 1 and <= 8, "block_out_channels", $"of {levels} levels", "1 to 8 levels");
        foreach (var channels in BlockOutChannels)
            Require(channels is >= 1 and <= 8192 && channels % NormNumGroups == 0, "block_out_channels", channels, $"multiples of norm_num_groups {NormNumGroups} up to 8192");
        Require(DownBlockTypes.Count == levels, "down_block_types", $"of {DownBlockTypes.Count} levels", $"{levels} levels");
        Require(UpBlockTypes.Count == levels, "up_block_types", $"of {UpBlockTypes.Count} levels", $"{levels} levels");
        foreach (var type in DownBlockTypes) RequireOneOf("down_block_types", type, "DownEncoderBlock2D");
        foreach (var type in UpBlockTypes) RequireOneOf("up_block_types", type, "UpDecoderBlock2D");
        RequireOneOf("act_fn", ActFn, Activation.Names);
        Require(double.IsFinite(ScalingFactor) && ScalingFactor > 0, "scaling_factor", ScalingFactor, "above 0");
        Require(double.IsFinite(ShiftFactor ?? 0), "shift_factor", ShiftFactor, "a number");
        foreach (var (name, values) in new[] { ("latents_mean", LatentsMean), ("latents_std", LatentsStd) })
            Require(values is null || (values.Count == LatentChannels && values.All(double.IsFinite)), name, $"of {values?.Count} numbers", $"{LatentChannels} numbers");
        Require(LatentsStd is null || LatentsStd.All(value => value > 0), "latents_std", "not positive", "numbers above 0");
    }
}
