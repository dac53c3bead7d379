using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dataset.Captions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Training;
using Atelier.Shapes;
using Spectre.Console;

namespace Atelier.Cli.Train;

/// <summary>Data to train on.</summary>
/// <param name="Data">The examples.</param>
/// <param name="Captions">Captions to learn a vocabulary from.</param>
/// <param name="Description">What it is.</param>
/// <param name="Probes">Images at a size to measure the captions' worth with, see <see cref="CaptionProbe"/>.</param>
/// <param name="Classes">The classes of the examples; null where they have none.</param>
/// <param name="Attributes">How many values each attribute that captions state can have; null where none is known.</param>
internal sealed record TrainingSource(ITrainingData Data, IEnumerable<string> Captions, DataDescription Description, Func<int, IReadOnlyList<CaptionedImage>> Probes, ClassNames? Classes = null, IReadOnlyList<int>? Attributes = null)
{
    private const int VocabularyCaptions = 20_000;
    private const int ProbeImages = 64;

    // A few minutes' work at most. Of more, the rest shows its damage when its turn comes, and costs no step then either.
    private const long CheckedPixels = 2_000_000_000;

    /// <summary>Opens what the settings name, and says what is there.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="console">Where to say how many images there are, what is left aside, and whether all were decoded to check them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is nothing there that can be used.</exception>
    /// <exception cref="InvalidDataException">A file is no regular file, or too long.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static TrainingSource Open(TrainSettings settings, IAnsiConsole console, CancellationToken cancellationToken) =>
        settings.Data == TrainCommand.Shapes ? Shapes(settings) : Images(settings, console, cancellationToken);

    // The vocabulary covers two objects even if training begins with one, since more may be asked for later.
    private static TrainingSource Shapes(TrainSettings settings)
    {
        var everything = new SceneSource(settings.Options.Seed, SceneSplit.Training, maxObjects: 2);
        return new TrainingSource(
            new ShapesTrainingData(new SceneSource(settings.Options.Seed, SceneSplit.Training, settings.MaxObjects, twoObjects: settings.TwoObjects)),
            Enumerable.Range(0, VocabularyCaptions).Select(i => everything.Captioned(i).Caption),
            new DataDescription(TrainCommand.Shapes),
            HeldOutScenes,
            new ClassNames(ObjectKind.All.Count, [.. ObjectKind.All.Select(kind => kind.ToString())]),
            CaptionAttributes.Choices);
    }

    // Scenes with as many objects as training shows, in combinations that it does not.
    private static IReadOnlyList<CaptionedImage> HeldOutScenes(int size)
    {
        var scenes = new SceneSource(0, SceneSplit.HeldOut, maxObjects: 2, minObjects: 2);
        return [.. Enumerable.Range(0, ProbeImages).Select(i => scenes.Captioned(i)).Select(scene =>
            new CaptionedImage(scene.Caption, SceneRenderer.Render(scene.Scene, size)) { MisplacedCaption = Captioner.ExchangeSides(scene.Caption) })];
    }

    private static TrainingSource Images(TrainSettings settings, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var images = CaptionedImages.Open(settings.Data);
        ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture, $"{settings.Data}: {images.Count:N0} {(images.Count == 1 ? "image" : "images")} with captions"));
        if (images.LeftAside.Count > 0) ProgressDisplay.Print(console, $"left aside: {string.Join(", ", images.LeftAside)}");
        var whole = images.Check(CheckedPixels, cancellationToken);
        if (whole < images.Count)
            ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture, $"the first {whole:N0} were decoded to check them; the others are when their turn comes"));
        return new TrainingSource(
            new ShuffledTrainingData(images.Count, Load, settings.Options.Seed),
            images.Captions.Take(VocabularyCaptions),
            new DataDescription(images.Kind, images.Count, images.Digest),
            size => [.. Enumerable.Range(0, Math.Min(images.Count, ProbeImages)).Select(i => Load(i, size))]);

        CaptionedImage Load(int index, int size)
        {
            var (caption, image) = images.Load(index, size);
            return new CaptionedImage(caption, image.Pixels);
        }
    }
}
