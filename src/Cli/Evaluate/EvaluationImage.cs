using Atelier.Diffusion.Noise;
using Atelier.Shapes;

namespace Atelier.Cli.Evaluate;

/// <summary>One image to draw at every guidance scale. All scales share captions and seeds, so that only the scale differs.</summary>
/// <param name="Expected">Its caption.</param>
/// <param name="Ordinal">Which of the caption's images; 0 is judged, all are compared with one another.</param>
/// <param name="Seed">Decides its noise.</param>
internal sealed record EvaluationImage(CaptionedScene Expected, int Ordinal, ulong Seed)
{
    private const int DiverseCaptions = 4;
    private const int ImagesPerDiverseCaption = 8;

    /// <summary>
    /// One image each of held-out captions with one object and with two, and seven more of the first four captions of either kind.
    /// </summary>
    /// <param name="samples">Captions of either kind.</param>
    /// <param name="seed">Decides captions and seeds.</param>
    public static IReadOnlyList<EvaluationImage> Plan(int samples, ulong seed)
    {
        var images = new List<EvaluationImage>();
        for (var objects = 1; objects <= 2; objects++)
        {
            var scenes = new SceneSource(seed, SceneSplit.HeldOut, maxObjects: objects, minObjects: objects);
            for (var i = 0; i < samples; i++)
            {
                var expected = scenes.Captioned(i);
                var row = (objects - 1) * (long)samples + i;
                for (var ordinal = 0; ordinal < (i < DiverseCaptions ? ImagesPerDiverseCaption : 1); ordinal++)
                    images.Add(new EvaluationImage(expected, ordinal, SampleSeed.Of(seed, row, null, ordinal)));
            }
        }
        return images;
    }
}
