using Atelier.Input;

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

    /// <summary>Writes a file of a run whole or not at all.</summary>
    /// <param name="path">File to create or replace.</param>
    /// <param name="text">Its content.</param>
    public static void Write(string path, string text)
    {
        var temporary = path + ".tmp";
        RegularFile.Write(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Whether a path is that of a folder or of something in it, however the two are written.</summary>
    /// <param name="path">The path.</param>
    /// <param name="folder">The folder.</param>
    public static bool IsWithin(string path, string folder)
    {
        return WithSeparator(path).StartsWith(WithSeparator(folder), StringComparison.Ordinal);

        static string WithSeparator(string path) =>
            System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)) + System.IO.Path.DirectorySeparatorChar;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
