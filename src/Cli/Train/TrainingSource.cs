using Atelier.Dataset.Captions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Training;
using Atelier.Shapes;

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

    /// <summary>Opens what the settings name.</summary>
    public static TrainingSource Open(TrainSettings settings) =>
        settings.Data == TrainCommand.Shapes ? Shapes(settings) : Images(settings);

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

    private static TrainingSource Images(TrainSettings settings)
    {
        var images = CaptionedImages.Open(settings.Data);
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
