using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Samplers;

namespace Atelier.Silo.Drawing;

/// <summary>A job's spec in the terms of the sampling.</summary>
internal static class SpecSettings
{
    /// <summary>How the job's batches are sampled.</summary>
    /// <param name="spec">A checked spec.</param>
    /// <param name="batchSize">Batch size of the job's plan.</param>
    public static SamplingSettings ToSamplingSettings(this JobSpec spec, int batchSize) => new()
    {
        Sampler = spec.Sampler,
        Steps = spec.Steps,
        Eta = spec.Eta,
        BatchSize = batchSize,
        ClassifierScale = spec.ClassifierScale,
        Upsample = spec.Upsample,
        Width = spec.Width,
        Height = spec.Height,
        Guidance = new GuidanceSettings
        {
            IntervalStart = spec.Guidance.IntervalStart,
            IntervalEnd = spec.Guidance.IntervalEnd,
            Weights = Enum.Parse<GuidanceWeights>(spec.Guidance.Weights, ignoreCase: true),
            Rescale = spec.Guidance.Rescale,
            ThresholdPercentile = spec.Guidance.ThresholdPercentile,
            CfgZeroStar = spec.Guidance.Method == GuidanceNames.CfgZeroStar,
            Apg = spec.Guidance.Method == GuidanceNames.Apg
                ? new ApgSettings(spec.Guidance.ApgEta, spec.Guidance.ApgNormThreshold, spec.Guidance.ApgMomentum)
                : null,
        },
    };
}
