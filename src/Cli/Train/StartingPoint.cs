using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using TorchSharp;

namespace Atelier.Cli.Train;

/// <summary>What a run begins with: an architecture alone, or a model whose weights and vocabulary it takes over.</summary>
/// <param name="Config">The architecture.</param>
/// <param name="Base">The model to fine-tune; null to train from scratch.</param>
internal sealed record StartingPoint(GlideConfig Config, ModelFolder? Base)
{
    /// <summary>Reads a model.json or opens a model folder.</summary>
    /// <param name="path">The file or the folder.</param>
    /// <param name="output">Folder of the run.</param>
    /// <exception cref="InvalidInputException">There is nothing there, it has no text, or the run would overwrite it.</exception>
    /// <exception cref="InvalidDataException">It is damaged or describes an impossible model.</exception>
    public static StartingPoint Read(string path, string output)
    {
        var start = Directory.Exists(path) ? FromFolder(path, output)
            : File.Exists(path) ? new StartingPoint(TextToImage(path, ModelFolder.ReadConfig(path)), null)
            : throw new InvalidInputException($"<config> is '{path}', where there is neither a model.json nor a model folder");
        if (start.Config.Network.XfWidth == 0)
            throw new InvalidInputException($"<config> is '{path}', whose xf_width is 0; a network without text cannot learn captions");
        if (start.Config.Network.VocabularySize < BpeTrainer.MinVocabularySize)
            throw new InvalidInputException(
                $"<config> is '{path}', whose vocabulary_size is {start.Config.Network.VocabularySize}; allowed: {BpeTrainer.MinVocabularySize} or more");
        return start;
    }

    /// <summary>Puts the vocabulary into the run's folder: the model's own, or a new one learnt from captions.</summary>
    /// <param name="folder">Where to put it.</param>
    /// <param name="captions">Captions to learn from.</param>
    public BpeTokenizer CreateTokenizer(string folder, IEnumerable<string> captions)
    {
        if (Base is null) return BpeTrainer.Train(captions, Config.Network.VocabularySize, folder);

        ModelFolder.CopyTokenizer(Path.Combine(Base.Path, ModelFolder.TokenizerFolder), folder);
        return BpeTokenizer.Load(folder);
    }

    /// <summary>The network to train, with fresh weights or the model's.</summary>
    /// <param name="config">The architecture, its vocabulary size settled.</param>
    /// <param name="device">Where to put it.</param>
    /// <param name="seed">Decides fresh weights.</param>
    public Text2ImUNet CreateNetwork(GlideConfig config, torch.Device device, ulong seed)
    {
        Text2ImUNet network;
        if (Base is null)
        {
            torch.manual_seed(unchecked((long)seed));
            network = new Text2ImUNet(config.Network);
            network.to(device);
        }
        else
        {
            network = Base.LoadText2Im(device);
        }
        foreach (var parameter in network.parameters()) parameter.requires_grad = true;
        return network;
    }

    // The run trains the base network alone; what belongs to it stays with the model it came from.
    private static GlideConfig TextToImage(string path, ModelConfig config) => config is GlideConfig glide
        ? glide with { Upsampler = null, Classifier = null }
        : throw new InvalidInputException($"<config> is '{path}', a model of kind {config.Kind}; allowed: {GlideConfig.Name}, which learns captions");

    private static StartingPoint FromFolder(string path, string output)
    {
        var (model, run) = (WithSeparator(path), WithSeparator(output));
        if (model.StartsWith(run, StringComparison.Ordinal))
            throw new InvalidInputException($"--out is '{output}', which holds the model folder {path} that would be overwritten; choose another");
        var folder = ModelFolder.Open(path);
        return new StartingPoint(TextToImage(path, folder.Config), folder);

        static string WithSeparator(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
    }
}
