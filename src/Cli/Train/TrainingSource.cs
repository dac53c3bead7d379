using Atelier.Dataset.Captions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Training;
using Atelier.Shapes;

namespace Atelier.Cli.Train;

/// <summary>Data to train on.</summary>
/// <param name="Data">The examples.</param>
/// <param name="Captions">Captions to learn a vocabulary from.</param>
/// <param name="Description">What it is.</param>
/// <param name="Classes">The classes of the examples; null where they have none.</param>
internal sealed record TrainingSource(ITrainingData Data, IEnumerable<string> Captions, DataDescription Description, ClassNames? Classes = null)
{
    private const int VocabularyCaptions = 20_000;

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
            new ClassNames(ObjectKind.All.Count, [.. ObjectKind.All.Select(kind => kind.ToString())]));
    }

    private static TrainingSource Images(TrainSettings settings)
    {
        var images = CaptionedImages.Open(settings.Data);
        return new TrainingSource(
            new ShuffledTrainingData(images.Count, Load, settings.Options.Seed),
            images.Captions.Take(VocabularyCaptions),
            new DataDescription(images.Kind, images.Count, images.Digest));

        CaptionedImage Load(int index, int size)
        {
            var (caption, image) = images.Load(index, size);
            return new CaptionedImage(caption, image.Pixels);
        }
    }
}
