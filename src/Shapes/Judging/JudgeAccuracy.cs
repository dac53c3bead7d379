namespace Atelier.Shapes;

/// <summary>How often the judge sees in rendered scenes what was rendered. Its own errors bound what it can say of a model.</summary>
/// <param name="OneObject">The rates on scenes with one object.</param>
/// <param name="TwoObjects">The rates on scenes with two objects.</param>
public sealed record JudgeAccuracy(VerdictSummary OneObject, VerdictSummary TwoObjects)
{
    /// <summary>Renders scenes of the training split at 32 x 32 and judges every attribute of them, stated or not.</summary>
    /// <param name="count">How many scenes of each kind.</param>
    /// <param name="seed">Seeds scenes and noise.</param>
    /// <param name="degradation">What is done to the images before they are judged; null for nothing.</param>
    public static JudgeAccuracy Measure(int count, ulong seed, Degradation? degradation = null) =>
        new(Measure(1, count, seed, degradation), Measure(2, count, seed, degradation));

    private static VerdictSummary Measure(int objects, int count, ulong seed, Degradation? degradation)
    {
        const int size = 32;
        var scenes = new SceneSource(seed, SceneSplit.Training, maxObjects: objects, minObjects: objects);
        var verdicts = new Verdict[count];
        for (var i = 0; i < count; i++)
        {
            var scene = scenes[i];
            var everything = new CaptionedScene(scene, "", SizesStated: true, BackgroundStated: true, PlaceStated: scene.Place is not null);
            var image = SceneRenderer.Render(scene, size);
            if (degradation is not null) image = degradation.Apply(image, size, SplitMix64.Mix(seed) ^ (ulong)i);
            verdicts[i] = Verdict.Compare(everything, Judge.Look(image, size, size));
        }

        return VerdictSummary.Of(verdicts);
    }
}
