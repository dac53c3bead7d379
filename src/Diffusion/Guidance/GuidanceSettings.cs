namespace Atelier.Diffusion.Guidance;

/// <summary>How classifier-free guidance is applied; the same for all samples of a job. The defaults are plain guidance.</summary>
public sealed record GuidanceSettings
{
    /// <summary>
    /// Share of time, t / T, below which nothing is guided and one pass is enough (Kynkaanniemi et al. 2024, arXiv:2404.07724).
    /// </summary>
    /// <value>0 to 1, default 0.</value>
    public double IntervalStart { get; init; }

    /// <summary>Share of time, t / T, above which nothing is guided.</summary>
    /// <value>0 to 1, default 1.</value>
    public double IntervalEnd { get; init; } = 1;

    /// <summary>How the weight goes over a run.</summary>
    public GuidanceWeights Weights { get; init; }

    /// <summary>phi of <see cref="ClassifierFreeGuidance.Rescale"/>.</summary>
    /// <value>0 to 1, default 0: no rescaling.</value>
    public double Rescale { get; init; }

    /// <summary>Percentile of <see cref="DynamicThresholding"/>; 1 clips to [-1, 1] instead.</summary>
    /// <value>Above 0 to 1, default 1.</value>
    public double ThresholdPercentile { get; init; } = 1;

    /// <summary>Whether eps(null) is scaled towards eps(y) first, see <see cref="ClassifierFreeGuidance.OptimizedScale"/>.</summary>
    public bool CfgZeroStar { get; init; }

    /// <summary>Adaptive projected guidance in place of the plain difference; null for none.</summary>
    public ApgSettings? Apg { get; init; }

    internal bool NeedsTimestep => IntervalStart > 0 || IntervalEnd < 1 || Weights != GuidanceWeights.Constant || Apg is not null;

    /// <summary>Throws unless every setting is in its range.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate()
    {
        Require(IntervalStart is >= 0 and <= 1, "interval start", IntervalStart, "0 to 1");
        Require(IntervalEnd is >= 0 and <= 1 && IntervalEnd >= IntervalStart, "interval end", IntervalEnd, "the interval's start to 1");
        Require(Rescale is >= 0 and <= 1, "rescale", Rescale, "0 to 1");
        Require(ThresholdPercentile is > 0 and <= 1, "threshold percentile", ThresholdPercentile, "above 0 to 1");
        if (Apg is null) return;
        if (CfgZeroStar) throw new ArgumentException("guidance uses apg and cfg-zero-star; allowed: one of them");
        Require(Apg.Eta >= 0 && double.IsFinite(Apg.Eta), "apg eta", Apg.Eta, "0 or more");
        Require(Apg.NormThreshold >= 0 && double.IsFinite(Apg.NormThreshold), "apg norm threshold", Apg.NormThreshold, "0 or more");
        Require(Apg.Momentum is > -1 and < 1, "apg momentum", Apg.Momentum, "above -1 to below 1");

        static void Require(bool allowed, string name, double value, string range)
        {
            if (!allowed) throw new ArgumentException(FormattableString.Invariant($"guidance {name} is {value}; allowed: {range}"));
        }
    }

    /// <summary>Whether a step is nothing but the weighted sum of two outputs.</summary>
    internal bool IsCombinationAlone => Apg is null && !CfgZeroStar && Rescale == 0;

    /// <summary>What s - 1 is multiplied by at a time; 0 outside the interval, where nothing is guided.</summary>
    /// <param name="time">t / T.</param>
    internal double WeightAt(double time) => time < IntervalStart || time > IntervalEnd ? 0 : Weights switch
    {
        GuidanceWeights.Linear => 2 * (1 - time),
        GuidanceWeights.Cosine => 1 + Math.Cos(Math.PI * time),
        _ => 1,
    };
}
