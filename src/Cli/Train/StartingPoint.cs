using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Training;
using TorchSharp;

namespace Atelier.Cli.Train;

/// <summary>What a run begins with: an architecture alone, or a model whose weights it takes over.</summary>
/// <param name="Network">Which network is trained.</param>
/// <param name="Config">The architecture of the model.</param>
/// <param name="Folder">Folder of the model that the network belongs to, whose vocabulary and other networks go into the result; null for none.</param>
/// <param name="Weights">The model whose weights the network begins with; null to train it from scratch.</param>
internal sealed record StartingPoint(TrainedNetwork Network, GlideConfig Config, string? Folder, NativeFolder? Weights)
{
    /// <summary>Reads a model.json or opens a model folder.</summary>
    /// <param name="path">The file or the folder.</param>
    /// <param name="network">Which network is trained.</param>
    /// <param name="output">Folder of the run.</param>
    /// <exception cref="InvalidInputException">There is nothing there, it has no text or no such network, or the run would overwrite it.</exception>
    /// <exception cref="InvalidDataException">It is damaged or describes an impossible model.</exception>
    public static StartingPoint Read(string path, TrainedNetwork network, string output)
    {
        var start = Directory.Exists(path) ? FromFolder(path, network, output)
            : File.Exists(path) ? FromFile(path, network, output)
            : throw new InvalidInputException($"<config> is '{path}', where there is neither a model.json nor a model folder");
        if (start.Config.Network.XfWidth == 0)
            throw new InvalidInputException($"<config> is '{path}', whose xf_width is 0; a network without text cannot learn captions");
        if (network == TrainedNetwork.Upsampler && start.Config.Upsampler?.Network is not { XfWidth: > 0, InChannels: 6 })
            throw new InvalidInputException($"<config> is '{path}', which has no upsampler with an xf_width above 0 and in_channels 6; describe one under 'upsampler'");
        if (network == TrainedNetwork.Classifier && start.Config.Classifier is null)
            throw new InvalidInputException($"<config> is '{path}', which has no classifier; describe one under 'classifier'");
        if (network is TrainedNetwork.Base or TrainedNetwork.Text && start.Config.Network.InChannels != 3)
            throw new InvalidInputException($"<config> is '{path}', whose in_channels is {start.Config.Network.InChannels}; allowed: 3");
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
        if (Folder is null) return BpeTrainer.Train(captions, Config.Network.VocabularySize, folder);

        NativeFolder.CopyTokenizer(Path.Combine(Folder, NativeFolder.TokenizerFolder), folder);
        return BpeTokenizer.Load(folder);
    }

    /// <summary>The network to train, with fresh weights or the model's, and what it is taught.</summary>
    /// <param name="config">The architecture, its vocabulary size settled.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="device">Where to put the network.</param>
    /// <param name="seed">Decides fresh weights.</param>
    /// <param name="attributes">How many values each attribute of a caption can have; null where none is known.</param>
    public TrainingTask CreateTask(GlideConfig config, BpeTokenizer tokenizer, torch.Device device, ulong seed, IReadOnlyList<int>? attributes)
    {
        if (Weights is null) torch.manual_seed(unchecked((long)seed));
        var weights = Weights?.LoadNetwork(Network.File(), device);
        TrainingTask task = Network switch
        {
            TrainedNetwork.Upsampler => new UpsamplerTask(
                (Text2ImUNet?)weights ?? new Text2ImUNet(config.Upsampler!.Network), ProcessOf(config.Upsampler!.Diffusion), config.Upsampler.ImageSize,
                config.ImageSize, tokenizer),
            TrainedNetwork.Text => new TextTask(
                (Text2ImUNet?)weights ?? new Text2ImUNet(config.Network), ProcessOf(config.Diffusion), config.ImageSize, tokenizer, attributes!),
            TrainedNetwork.Classifier => new ClassifierTask(
                (EncoderUNetModel?)weights ?? new EncoderUNetModel(config.Classifier!), ProcessOf(config.Diffusion)),
            _ => new TextToImageTask((Text2ImUNet?)weights ?? new Text2ImUNet(config.Network), ProcessOf(config.Diffusion), config.ImageSize, tokenizer),
        };
        task.Network.to(device);
        foreach (var parameter in task.Network.parameters()) parameter.requires_grad = true;
        return task;

        static GaussianDiffusion ProcessOf(DiffusionConfig diffusion) => diffusion.Create($"{diffusion.Timesteps}");
    }

    private static StartingPoint FromFile(string path, TrainedNetwork network, string output)
    {
        var config = TextToImage(path, NativeFolder.ReadConfig(path));
        if (network is TrainedNetwork.Base or TrainedNetwork.Text) return new StartingPoint(network, config with { Upsampler = null, Classifier = null }, null, null);

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        RefuseToOverwrite(folder, output);
        foreach (var needed in new[] { NativeFolder.WeightsFile, NativeFolder.TokenizerFolder })
        {
            if (!Path.Exists(Path.Combine(folder, needed)))
                throw new InvalidInputException($"there is no {needed} beside {path}; train the base network first, and describe its {network.Name()} in its model.json");
        }
        return new StartingPoint(network, WithNetworksIn(folder, config, network), folder, null);
    }

    private static StartingPoint FromFolder(string path, TrainedNetwork network, string output)
    {
        RefuseToOverwrite(path, output);
        var model = NativeFolder.Open(path);
        return new StartingPoint(network, TextToImage(path, model.Config), path, model);
    }

    private static void RefuseToOverwrite(string folder, string output)
    {
        if (TrainingFolder.IsWithin(folder, output))
            throw new InvalidInputException($"--out is '{output}', which holds the model folder {folder} that would be overwritten; choose another");
    }

    // A model.json may describe networks that are to be trained one after another.
    private static GlideConfig WithNetworksIn(string folder, GlideConfig config, TrainedNetwork network) => config with
    {
        Upsampler = network == TrainedNetwork.Upsampler || File.Exists(Path.Combine(folder, NativeFolder.UpsamplerFile)) ? config.Upsampler : null,
        Classifier = network == TrainedNetwork.Classifier || File.Exists(Path.Combine(folder, NativeFolder.ClassifierFile)) ? config.Classifier : null,
    };

    private static GlideConfig TextToImage(string path, ModelConfig config) => config as GlideConfig
        ?? throw new InvalidInputException($"<config> is '{path}', a model of kind {config.Kind}; allowed: {GlideConfig.Name}, which learns captions");
}
