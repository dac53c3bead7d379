using Atelier.Shapes;

namespace Atelier.Cli.Evaluate;

/// <summary>What was drawn at one guidance scale.</summary>
/// <param name="Guidance">The scale.</param>
/// <param name="OneObject">Images of captions with one object that show exactly it, in its colour and shape.</param>
/// <param name="TwoObjects">Images of captions with two objects that show exactly them, in their colours, shapes and relation.</param>
/// <param name="TwoCounted">Images of captions with two objects that show two objects.</param>
/// <param name="Background">Images with the stated background, of those whose caption states one.</param>
/// <param name="Diversity">See <see cref="Evaluate.Diversity"/>; mean over captions.</param>
/// <param name="OneDetails">Every attribute, for one object.</param>
/// <param name="TwoDetails">Every attribute, for two objects.</param>
/// <param name="NonFinite">Images that are none, since the network left the finite numbers; they count as wrong.</param>
internal sealed record ScaleResult(
    double Guidance,
    Share OneObject,
    Share TwoObjects,
    Share TwoCounted,
    Share Background,
    double Diversity,
    VerdictSummary OneDetails,
    VerdictSummary TwoDetails,
    int NonFinite)
{
    /// <summary>Judges and compares images.</summary>
    /// <param name="guidance">The scale.</param>
    /// <param name="images">What was drawn.</param>
    /// <param name="pixels">RGB bytes of each; null where there is no image.</param>
    /// <param name="size">Width and height.</param>
    public static ScaleResult Of(double guidance, IReadOnlyList<EvaluationImage> images, IReadOnlyList<byte[]?> pixels, int size)
    {
        var judged = images.Zip(pixels).Where(pair => pair.First.Ordinal == 0)
            .Select(pair => (pair.First.Expected, Verdict: Judged(pair.First.Expected, pair.Second, size)))
            .ToLookup(pair => pair.Expected.Scene.Objects.Length, pair => pair.Verdict);
        var (one, two) = (judged[1].ToList(), judged[2].ToList());
        var diversities = images.Zip(pixels)
            .Where(pair => pair.Second is not null)
            .GroupBy(pair => pair.First.Expected, pair => pair.Second!)
            .Select(group => Evaluate.Diversity.Of([.. group]))
            .Where(double.IsFinite);
        return new ScaleResult(
            guidance,
            Share.Count(one.Select(verdict => (bool?)verdict.Adheres)),
            Share.Count(two.Select(verdict => (bool?)verdict.Adheres)),
            Share.Count(two.Select(verdict => (bool?)verdict.ObjectCountRight)),
            Share.Count(one.Concat(two).Select(verdict => verdict.BackgroundRight)),
            diversities.DefaultIfEmpty(double.NaN).Average(),
            VerdictSummary.Of(one),
            VerdictSummary.Of(two),
            pixels.Count(image => image is null));
    }

    /// <summary>What the judge says of one image; of no image, that nothing is right.</summary>
    /// <param name="expected">Its caption.</param>
    /// <param name="pixels">RGB bytes, or null.</param>
    /// <param name="size">Width and height.</param>
    public static Verdict Judged(CaptionedScene expected, byte[]? pixels, int size) =>
        Verdict.Compare(expected, pixels is null ? new Observation(size, size, null, []) : Judge.Look(pixels, size, size));
}
