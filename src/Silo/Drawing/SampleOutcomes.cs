using Atelier.Dataset.Images;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Shards;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;

namespace Atelier.Silo.Drawing;

/// <summary>What came of drawing samples: an image, or one of the failures that would come again.</summary>
internal static class SampleOutcomes
{
    /// <summary>What came of drawing a sample.</summary>
    public static PartSample Of(ShardSample sample, DrawnSample? drawn) => drawn switch
    {
        null => new PartSample(sample.Number, null, "sampler_error", "the sampler cannot draw this row", 0, false),
        { Rgb: null } => new PartSample(sample.Number, null, "non_finite", "the network's output was not finite", drawn.TokenCount, drawn.Truncated),
        _ => new PartSample(sample.Number, drawn.Rgb, null, null, drawn.TokenCount, drawn.Truncated),
    };

    /// <summary>The sample as its shard has it.</summary>
    public static SampleResult ToResult(DrawingJob job, ShardSample sample, PartSample outcome, PixelSize size) => new()
    {
        Sample = sample.Number,
        Row = sample.Row,
        ImageOrdinal = sample.Image,
        Seed = sample.Request.Seed,
        GuidanceScale = sample.Request.GuidanceScale,
        NegativePrompt = sample.Request.NegativePrompt,
        Class = sample.Request.Label,
        ClassifierScale = sample.Request.Label is null || !job.Model.HasClassifier ? 0 : job.Spec.ClassifierScale,
        Tokens = outcome.Tokens,
        Truncated = outcome.Truncated,
        Image = outcome.Rgb is null ? null : new RgbImage(size.Width, size.Height, outcome.Rgb),
        ErrorCode = outcome.ErrorCode,
        ErrorMessage = outcome.ErrorMessage,
    };
}
