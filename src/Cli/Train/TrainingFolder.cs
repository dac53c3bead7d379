namespace Atelier.Cli.Train;

/// <summary>The files of a training run.</summary>
/// <param name="path">The folder given as <c>--out</c>.</param>
internal sealed class TrainingFolder(string path)
{
    /// <summary>The folder.</summary>
    public string Path { get; } = path;

    /// <summary>Weights, averages, moments and the step, from which the run goes on.</summary>
    public string Checkpoint => In("checkpoint.safetensors");

    /// <summary>The vocabulary of the captions.</summary>
    public string Tokenizer => In("tokenizer");

    /// <summary>The averaged weights as a model folder.</summary>
    public string Model => In("model");

    /// <summary>What was asked for.</summary>
    public string Record => In("training.json");

    /// <summary>The losses of every step.</summary>
    public string LossTable => In("loss.csv");

    /// <summary>What captions tell the network at each noise level, at every checkpoint.</summary>
    public string CaptionTable => In("captions.csv");

    /// <summary>The same as a picture.</summary>
    public string CaptionPicture => In("captions.png");

    /// <summary>The losses as a picture.</summary>
    public string LossPicture => In("loss.png");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
