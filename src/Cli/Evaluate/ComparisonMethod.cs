using System.Globalization;
using Atelier.Abstractions.Sampling;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Samplers;

namespace Atelier.Cli.Evaluate;

/// <summary>One way to draw the images of a comparison.</summary>
/// <param name="Group">What it is compared within.</param>
/// <param name="Series">What it is a member of within the group, at several scales or step counts; the method itself in the toolbox.</param>
/// <param name="Name">What sets it apart within its series: a scale, a number of steps.</param>
/// <param name="Sampling">Sampler, steps and guidance.</param>
/// <param name="Guidance">s of classifier-free guidance.</param>
/// <param name="Captioned">Whether the network is told the caption; a classifier alone guides the network without a caption.</param>
internal sealed record ComparisonMethod(ComparisonGroup Group, string Series, string Name, SamplingSettings Sampling, double Guidance, bool Captioned = true)
{
    /// <summary>s of classifier-free guidance where samplers and the toolbox's methods are compared.</summary>
    public const double SamplerGuidance = 3, ToolboxGuidance = 8;

    private static readonly double[] ClassifierScales = [0, 1, 2, 4, 8, 16];
    private static readonly int[] StepCounts = [5, 10, 20, 50];

    /// <summary>All methods that a model allows.</summary>
    /// <param name="settings">Scales of classifier-free guidance; sampler and steps of all but the comparison of samplers.</param>
    public static IReadOnlyList<ComparisonMethod> Plan(EvaluateSettings settings)
    {
        var plain = new SamplingSettings { Sampler = settings.Sampler, Steps = settings.Steps, BatchSize = settings.Batch };
        return
        [
            .. settings.Guidance.Select(scale => new ComparisonMethod(ComparisonGroup.Guidance, "classifier-free", Text(scale), plain, scale)),
            .. settings.Model.About.HasClassifier ? WithClassifier(plain) : [],
            .. SamplerNames.All.Where(IsOfItsOwn).SelectMany(
                _ => StepCounts.Where(steps => steps <= settings.Model.About.Timesteps),
                (sampler, steps) => new ComparisonMethod(
                    ComparisonGroup.Samplers, sampler, Text(steps), plain with { Sampler = sampler, Steps = steps }, SamplerGuidance)),
            .. Toolbox(),
        ];

        IEnumerable<ComparisonMethod> Toolbox()
        {
            (string Name, GuidanceSettings Guidance)[] methods =
            [
                ("plain", new()),
                ("interval 0.2-0.9", new() { IntervalStart = 0.2, IntervalEnd = 0.9 }),
                ("linear weights", new() { Weights = GuidanceWeights.Linear }),
                ("cosine weights", new() { Weights = GuidanceWeights.Cosine }),
                ("rescale 0.7", new() { Rescale = 0.7 }),
                ("thresholding 0.995", new() { ThresholdPercentile = 0.995 }),
                ("apg", new() { Apg = new ApgSettings() }),
                ("cfg-zero-star", new() { CfgZeroStar = true }),
            ];
            return methods.Select(method => new ComparisonMethod(
                ComparisonGroup.Toolbox, method.Name, Text(ToolboxGuidance), plain with { Guidance = method.Guidance }, ToolboxGuidance));
        }
    }

    private static IEnumerable<ComparisonMethod> WithClassifier(SamplingSettings plain)
    {
        foreach (var scale in ClassifierScales)
            yield return new ComparisonMethod(ComparisonGroup.Guidance, "classifier", Text(scale), plain with { ClassifierScale = scale }, 1, Captioned: false);
        foreach (var scale in ClassifierScales.Skip(1))
        {
            yield return new ComparisonMethod(
                ComparisonGroup.Guidance, $"classifier with classifier-free {Text(SamplerGuidance)}", Text(scale), plain with { ClassifierScale = scale }, SamplerGuidance);
        }
    }

    // For models of pixels Euler is DDIM, and with fresh noise DDIM with eta 1.
    private static bool IsOfItsOwn(string sampler) => sampler is not (SamplerNames.Euler or SamplerNames.EulerAncestral);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
