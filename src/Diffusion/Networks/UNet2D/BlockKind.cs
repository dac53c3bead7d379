namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>How an image attends in a block.</summary>
internal enum BlockAttention
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>In transformers, to itself and to the context in turn.</summary>
    Transformer,

    /// <summary>To itself and the context at once.</summary>
    Joint,
}

/// <summary>What a block of a UNet is made of.</summary>
/// <param name="Attention">How its image attends.</param>
/// <param name="ResnetResampling">Whether residual blocks resample, instead of convolutions.</param>
internal readonly record struct BlockKind(BlockAttention Attention, bool ResnetResampling)
{
    private static readonly (string Name, BlockKind Kind)[] Known =
    [
        ("DownBlock2D", new(BlockAttention.None, false)),
        ("CrossAttnDownBlock2D", new(BlockAttention.Transformer, false)),
        ("ResnetDownsampleBlock2D", new(BlockAttention.None, true)),
        ("SimpleCrossAttnDownBlock2D", new(BlockAttention.Joint, true)),
        ("UpBlock2D", new(BlockAttention.None, false)),
        ("CrossAttnUpBlock2D", new(BlockAttention.Transformer, false)),
        ("ResnetUpsampleBlock2D", new(BlockAttention.None, true)),
        ("SimpleCrossAttnUpBlock2D", new(BlockAttention.Joint, true)),
        ("UNetMidBlock2D", new(BlockAttention.None, false)),
        ("UNetMidBlock2DCrossAttn", new(BlockAttention.Transformer, false)),
        ("UNetMidBlock2DSimpleCrossAttn", new(BlockAttention.Joint, false)),
    ];

    public static string[] DownNames { get; } = [.. Known.Select(known => known.Name).Where(name => name.Contains("Down", StringComparison.Ordinal))];

    public static string[] UpNames { get; } = [.. Known.Select(known => known.Name).Where(name => name.Contains("Up", StringComparison.Ordinal))];

    public static string?[] MidNames { get; } = [null, .. Known.Select(known => known.Name).Where(name => name.Contains("Mid", StringComparison.Ordinal))];

    /// <summary>The kind of a name of config.json.</summary>
    public static BlockKind Of(string name) => Known.Single(known => known.Name == name).Kind;
}
