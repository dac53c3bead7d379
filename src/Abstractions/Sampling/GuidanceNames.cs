namespace Atelier.Abstractions.Sampling;

/// <summary>The words of <see cref="GuidanceSpec"/>.</summary>
public static class GuidanceNames
{
    /// <summary>eps(null) + s (eps(y) - eps(null)).</summary>
    public const string Plain = "plain";

    /// <summary>Adaptive projected guidance (Sadat et al. 2024, arXiv:2410.02416).</summary>
    public const string Apg = "apg";

    /// <summary>Optimised scale of eps(null) (CFG-Zero*: Fan et al. 2025, arXiv:2503.18886).</summary>
    public const string CfgZeroStar = "cfg-zero-star";

    /// <summary>The ways to combine eps(y) and eps(null).</summary>
    public static IReadOnlyList<string> Methods { get; } = [Plain, Apg, CfgZeroStar];

    /// <summary>The same weight at every step.</summary>
    public const string Constant = "constant";

    /// <summary>A weight that grows from the noise to the image.</summary>
    public const string Linear = "linear";

    /// <summary>A weight that grows along a cosine.</summary>
    public const string Cosine = "cosine";

    /// <summary>How the weight goes over a run.</summary>
    public static IReadOnlyList<string> Weights { get; } = [Constant, Linear, Cosine];
}
