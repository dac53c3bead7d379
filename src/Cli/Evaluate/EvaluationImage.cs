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
                images.AddRange(OfCaption(expected, i, (objects - 1) * (long)samples + i, seed));
            }
        }
        return images;
    }

    /// <summary>
    /// One image each of captions that name an object of a kind that training shows, and seven more of the first four captions.
    /// </summary>
    /// <param name="samples">Captions.</param>
    /// <param name="seed">Decides captions and seeds.</param>
    public static IReadOnlyList<EvaluationImage> PlanKinds(int samples, ulong seed)
    {
        var scenes = new SceneSource(seed, SceneSplit.Training, maxObjects: 1);
        return [.. Enumerable.Range(0, samples).SelectMany(i =>
        {
            var scene = scenes[i];
            var expected = new CaptionedScene(scene, $"a {scene.Objects[0].Kind}", SizesStated: false, BackgroundStated: false, PlaceStated: false);
            return OfCaption(expected, i, i, seed);
        })];
    }

    // The images of the caption at an index of its list, as a job's row would have them.
    private static IEnumerable<EvaluationImage> OfCaption(CaptionedScene expected, int index, long row, ulong seed) =>
        Enumerable.Range(0, index < DiverseCaptions ? ImagesPerDiverseCaption : 1)
            .Select(ordinal => new EvaluationImage(expected, ordinal, SampleSeed.Of(seed, row, null, ordinal)));
}
