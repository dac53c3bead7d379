using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>
/// Makes a model folder of checkpoints in any format of <see cref="Checkpoint"/>. Which network a checkpoint is of is told from the names and
/// shapes of its tensors, unless a model.json says it.
/// </summary>
public sealed record ModelImport
{
    /// <summary>Family: <c>glide</c> or <c>adm</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Checkpoint of the base network.</summary>
    public required string Base { get; init; }

    /// <summary>Checkpoint of the upsampler; null for none.</summary>
    public string? Upsampler { get; init; }

    /// <summary>Checkpoint of the classifier; null for none.</summary>
    public string? Classifier { get; init; }

    /// <summary>Folder with GLIDE's vocabulary files, which a model of kind glide needs.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>File with the names of the classes, one a line; null for none.</summary>
    public string? Classes { get; init; }

    /// <summary>
    /// The state dict to take of checkpoints that have one of this name, such as <c>ema</c>; see <see cref="Checkpoint.Open"/>. Null for the only one.
    /// </summary>
    public string? StateDict { get; init; }

    /// <summary>A model.json for networks that were never published; null to tell them from the checkpoints.</summary>
    public string? Config { get; init; }

    /// <summary>
    /// Writes the folder, weights with their own element types. Everything but the elements is checked before anything is written; one tensor is in memory at a
    /// time. The folder is made beside its place, or in it where it exists, and moved when it is whole; nothing is left of one that fails.
    /// </summary>
    /// <param name="path">Folder to create; it may exist if it is empty.</param>
    /// <param name="report">Is told, in words, what was changed on the way: a prefix that all names share, such as <c>module.</c>, is taken off.</param>
    /// <returns>The folder, opened.</returns>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file that was given, and why.</exception>
    public NativeFolder Write(string path, Action<string>? report = null)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new InvalidDataException($"{path} is not empty; give a new folder");
        if (Kind == GlideConfig.Name && Vocabulary is null) throw new InvalidDataException("a model of kind glide needs the folder of its vocabulary");
        foreach (var file in new[] { Base, Upsampler, Classifier, Classes, Config })
            if (file is not null && !File.Exists(file)) throw new InvalidDataException($"{file}: there is no such file");

        var (weights, upsampler, classifier) = (Open(Base)!, Open(Upsampler), Open(Classifier));
        if (StateDict is not null && new[] { weights, upsampler, classifier }.All(checkpoint => checkpoint?.StateDict != StateDict))
            throw new InvalidDataException($"--state-dict is '{StateDict}', but no checkpoint has a choice of state dicts");
        var config = Config is null ? Recognise(weights, upsampler, classifier) : NativeFolder.ReadConfig(Config);
        if (config.Kind != Kind) throw new InvalidDataException($"{Config} is of kind {config.Kind}, not {Kind}");
        ValidateConfig(config);
        var files = new Dictionary<string, Checkpoint> { [NativeFolder.WeightsFile] = weights };
        if (upsampler is not null) files.Add(NativeFolder.UpsamplerFile, upsampler);
        if (classifier is not null) files.Add(NativeFolder.ClassifierFile, classifier);
        ModelChecks.CheckWeights(config, Config ?? Base, file => (files[file].Path, files[file].Header.ToDictionary(entry => entry.Key, entry => entry.Value.Shape)));
        if (Vocabulary is not null) ModelChecks.OpenTokenizer(Vocabulary, config, Config ?? "the network");
        if (Classes is not null) ClassNames.Load(Classes, config.ClassCount ?? throw new InvalidDataException($"{Classes} names classes, of which the model has none"));
        return Write(Path.GetFullPath(path), config, files);

        Checkpoint? Open(string? file)
        {
            if (file is null) return null;
            var checkpoint = Checkpoint.Open(file, StateDict);
            if (checkpoint.SharedPrefix is not { Length: > 0 } prefix) return checkpoint;
            report?.Invoke($"{file}: all names begin with '{PrintableText.Of(prefix)}', which is taken off");
            return checkpoint.WithoutPrefix(prefix);
        }
    }

    private NativeFolder Write(string path, ModelConfig config, Dictionary<string, Checkpoint> files)
    {
        var place = path;
        while (!Directory.Exists(place)) place = Path.GetDirectoryName(place)!;
        var unfinished = Path.Combine(place, $".import-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(unfinished);
            foreach (var (file, checkpoint) in files) Safetensors.Write(Path.Combine(unfinished, file), checkpoint);
            if (config is GlideConfig) NativeFolder.CopyTokenizer(Vocabulary!, Path.Combine(unfinished, NativeFolder.TokenizerFolder));
            if (Classes is not null) RegularFile.Copy(Classes, Path.Combine(unfinished, NativeFolder.ClassesFile));
            NativeFolder.WriteConfig(unfinished, config);
            return NativeFolder.Open(unfinished).MoveTo(path);
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    private ModelConfig Recognise(Checkpoint weights, Checkpoint? upsampler, Checkpoint? classifier)
    {
        var judge = classifier is null ? null : Recognise(classifier, OfficialModels.Classifiers, config => new EncoderUNetModel(config, META)).Network;
        switch (Kind)
        {
            case GlideConfig.Name:
                var glide = Recognise(weights, OfficialModels.GlideBases, config => new Text2ImUNet(config, META));
                var larger = upsampler is null ? null : Recognise(upsampler, OfficialModels.GlideUpsamplers, config => new Text2ImUNet(config, META));
                return new GlideConfig
                {
                    Kind = Kind,
                    ImageSize = glide.ImageSize,
                    Network = glide.Network,
                    Diffusion = glide.Diffusion,
                    Classifier = judge,
                    Upsampler = larger is null ? null : new() { ImageSize = larger.ImageSize, Network = larger.Network, Diffusion = larger.Diffusion },
                };
            case AdmConfig.Name:
                var adm = Recognise(weights, OfficialModels.AdmBases, config => new UNetModel(config, META));
                var large = upsampler is null ? null : Recognise(upsampler, OfficialModels.AdmUpsamplers, config => new UNetModel(config, META));
                return new AdmConfig
                {
                    Kind = Kind,
                    ImageSize = adm.ImageSize,
                    Network = adm.Network,
                    Diffusion = adm.Diffusion,
                    Classifier = judge,
                    // guided-diffusion's upsamplers are sampled with 250 steps and plain noise (its README).
                    Upsampler = large is null ? null
                        : new() { ImageSize = large.ImageSize, Network = large.Network, Diffusion = large.Diffusion, Respacing = "250", Temperature = 1 },
                };
            default:
                throw new InvalidDataException($"unknown kind '{PrintableText.Of(Kind)}'; known: {AdmConfig.Name}, {GlideConfig.Name}");
        }
    }

    /// <summary>The published network whose tensors a checkpoint has.</summary>
    /// <exception cref="InvalidDataException">It is none of them.</exception>
    internal static OfficialModels.Entry<TNetwork> Recognise<TNetwork>(
        Checkpoint checkpoint, OfficialModels.Entry<TNetwork>[] known, Func<TNetwork, nn.Module> create) where TNetwork : UNetConfig
    {
        foreach (var entry in known)
        {
            using var network = create(entry.Network);
            var needed = network.state_dict();
            if (needed.Count == checkpoint.Header.Count
                && needed.All(tensor => checkpoint.Header.TryGetValue(tensor.Key, out var given) && given.Shape.SequenceEqual(tensor.Value.shape)))
                return entry;
        }
        throw new InvalidDataException(
            $"{checkpoint.Path} has {checkpoint.Header.Count} tensors, which are not those of a published network ({string.Join(", ", known.Select(entry => entry.Name))}); "
            + "say what it is with a model.json");
    }

    private void ValidateConfig(ModelConfig config)
    {
        try
        {
            config.Validate();
        }
        catch (ArgumentException impossible)
        {
            throw new InvalidDataException($"the checkpoints do not belong together: {impossible.Message}", impossible);
        }
        var upsamples = config.AnyUpsampler is not null;
        if (upsamples != Upsampler is not null) throw new InvalidDataException($"{Config} {(upsamples ? "has an upsampler; its checkpoint is missing" : "has no upsampler, but there is a checkpoint of one")}");
        if (config.Classifier is not null != Classifier is not null)
            throw new InvalidDataException($"{Config} {(Classifier is null ? "has a classifier; its checkpoint is missing" : "has no classifier, but there is a checkpoint of one")}");
    }
}
