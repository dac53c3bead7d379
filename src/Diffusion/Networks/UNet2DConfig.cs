using Atelier.Diffusion.Networks.UNet2D;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="UNet2DUnconditional"/>: config.json of a UNet2DModel without attention.</summary>
public sealed record UNet2DConfig : NetworkConfig
{
    /// <summary>Channels of the input: those of x_t, and of what is concatenated with it.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Kind of each level's block on the way down.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"];

    /// <summary>Kind of each level's block on the way up.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"];

    /// <summary>Channels of each level.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [224, 448, 672, 896];

    /// <summary>Residual blocks of a level on the way down; one more on the way up.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>What the middle block's residual blocks are divided by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary>Activation.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Groups of the norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Epsilon of the norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>How the embedding meets residual blocks: default (added), or scale_shift.</summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary>Whether pixels attend to each other in the middle; not known here.</summary>
    public bool AddAttention { get; init; } = true;

    /// <summary>The same shape as a network with a context has it.</summary>
    internal UNet2DConditionConfig Body => new()
    {
        InChannels = InChannels,
        OutChannels = OutChannels,
        DownBlockTypes = DownBlockTypes,
        MidBlockType = "UNetMidBlock2D",
        UpBlockTypes = UpBlockTypes,
        BlockOutChannels = BlockOutChannels,
        LayersPerBlock = LayersPerBlock,
        MidBlockScaleFactor = MidBlockScaleFactor,
        ActFn = ActFn,
        NormNumGroups = NormNumGroups,
        NormEps = NormEps,
        ResnetTimeScaleShift = ResnetTimeScaleShift,
        AttentionHeadDim = 1,
        Others = Others,
    };

    /// <inheritdoc/>
    public override void Validate()
    {
        Require(!AddAttention, "add_attention", "true", "false");
        foreach (var type in DownBlockTypes) RequireOneOf("down_block_types", type, [.. BlockKind.DownNames.Where(Plain)]);
        foreach (var type in UpBlockTypes) RequireOneOf("up_block_types", type, [.. BlockKind.UpNames.Where(Plain)]);
        Only("downsample_type", "\"conv\"");
        Only("upsample_type", "\"conv\"");
        Only("class_embed_type", "null");
        Body.Validate();

        static bool Plain(string name) => BlockKind.Of(name).Attention == BlockAttention.None;
    }
}
