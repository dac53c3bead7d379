using Atelier.Diffusion.Training;
using Atelier.Shapes;

namespace Atelier.Cli.Train;

/// <summary>Data to train on.</summary>
/// <param name="Data">The examples.</param>
/// <param name="Captions">Captions to learn a vocabulary from.</param>
/// <param name="Description">What it is.</param>
internal sealed record TrainingSource(ITrainingData Data, IEnumerable<string> Captions, DataDescription Description)
{
    private const int VocabularyCaptions = 20_000;

    /// <summary>Opens what the settings name.</summary>
    public static TrainingSource Open(TrainSettings settings) =>
        settings.Data == TrainCommand.Shapes ? Shapes(settings) : Folder(settings);

    // The vocabulary covers two objects even if training begins with one, since more may be asked for later.
    private static TrainingSource Shapes(TrainSettings settings)
    {
        var everything = new SceneSource(settings.Options.Seed, SceneSplit.Training, maxObjects: 2);
        return new TrainingSource(
            new ShapesTrainingData(new SceneSource(settings.Options.Seed, SceneSplit.Training, settings.MaxObjects)),
            Enumerable.Range(0, VocabularyCaptions).Select(i => everything.Captioned(i).Caption),
            new DataDescription(TrainCommand.Shapes));
    }

    private static TrainingSource Folder(TrainSettings settings)
    {
        var folder = ImageFolder.Open(settings.Data);
        return new TrainingSource(
            new FolderTrainingData(folder.Count, folder.Load, settings.Options.Seed),
            folder.Captions.Take(VocabularyCaptions),
            new DataDescription("folder", folder.Count, folder.Digest));
    }
}
