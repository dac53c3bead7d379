namespace Atelier.Abstractions.Sampling;

/// <summary>How classifier-free guidance is applied, beside its scale. The defaults are plain guidance.</summary>
[GenerateSerializer, Immutable, Alias("atelier.GuidanceSpec")]
public sealed record GuidanceSpec
{
    /// <summary>One of <see cref="GuidanceNames.Methods"/>.</summary>
    /// <value>Default <c>plain</c>.</value>
    [Id(0)] public string Method { get; init; } = GuidanceNames.Plain;

    /// <summary>Share of time t / T below which nothing is guided (Kynkaanniemi et al. 2024, arXiv:2404.07724); 0 to 1.</summary>
    /// <value>Default 0.</value>
    [Id(1)] public double IntervalStart { get; init; }

    /// <summary>Share of time t / T above which nothing is guided; IntervalStart to 1.</summary>
    /// <value>Default 1.</value>
    [Id(2)] public double IntervalEnd { get; init; } = 1;

    /// <summary>One of <see cref="GuidanceNames.Weights"/>: how s - 1 goes over a run (Wang et al. 2024, arXiv:2404.13040).</summary>
    /// <value>Default <c>constant</c>.</value>
    [Id(3)] public string Weights { get; init; } = GuidanceNames.Constant;

    /// <summary>phi of rescaled guidance (Lin et al. 2023, arXiv:2305.08891, equation 16); 0 to 1.</summary>
    /// <value>Default 0.</value>
    [Id(4)] public double Rescale { get; init; }

    /// <summary>Percentile of dynamic thresholding (Saharia et al. 2022, arXiv:2205.11487, section 2.3); above 0 to 1, where 1 is none.</summary>
    /// <value>Default 1.</value>
    [Id(5)] public double ThresholdPercentile { get; init; } = 1;

    /// <summary>Weight of apg's part parallel to the image; 0 or more.</summary>
    /// <value>Default 0.</value>
    [Id(6)] public double ApgEta { get; init; }

    /// <summary>Longest direction of apg; 0 or more, where 0 is no bound.</summary>
    /// <value>Default 15.</value>
    [Id(7)] public double ApgNormThreshold { get; init; } = 15;

    /// <summary>beta of apg's running sum; above -1 to below 1.</summary>
    /// <value>Default -0.5.</value>
    [Id(8)] public double ApgMomentum { get; init; } = -0.5;
}
