using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>
/// A model on disk: <c>model.json</c>, <c>model.safetensors</c> (official state-dict keys), where the model has them
/// <c>upsampler.safetensors</c> and <c>classifier.safetensors</c>, <c>tokenizer/</c> (GLIDE's vocabulary files) for text, and <c>classes.txt</c>.
/// Opening one checks everything that can be wrong short of the weights' values.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>Name of the file with the configuration.</summary>
    public const string ConfigFile = "model.json";

    /// <summary>Name of the file with the base network's weights.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>Name of the file with the upsampler's weights.</summary>
    public const string UpsamplerFile = "upsampler.safetensors";

    /// <summary>Name of the file with the classifier's weights.</summary>
    public const string ClassifierFile = "classifier.safetensors";

    /// <summary>Name of the folder with the vocabulary.</summary>
    public const string TokenizerFolder = "tokenizer";

    /// <summary>Name of the file with the classes' names.</summary>
    public const string ClassesFile = "classes.txt";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private ModelFolder(string path, ModelConfig config, BpeTokenizer? tokenizer, ClassNames? classes, IReadOnlyList<string> files, string digest) =>
        (Path, Config, Tokenizer, Classes, Files, Digest) = (path, config, tokenizer, classes, files, digest);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Contents of model.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>The vocabulary; null where the model takes no text.</summary>
    public BpeTokenizer? Tokenizer { get; }

    /// <summary>The classes that a label can name; null where labels have no meaning.</summary>
    public ClassNames? Classes { get; }

    /// <summary>The files that decide a sample's pixels, in order: paths within the folder, with '/' between segments.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Lower-case hex SHA-256 over names and SHA-256s of <see cref="Files"/>.</summary>
    public string Digest { get; }

    /// <summary>What is wrong with a label, in words; null where nothing is.</summary>
    /// <param name="label">A row's label, or null where it has none.</param>
    public string? ProblemWithLabel(string? label)
    {
        if (label is null)
            return Config is AdmConfig { Network.NumClasses: not null } ? $"there is no label, which the model needs; allowed: {Classes!.Describe()}" : null;
        if (Classes is null) return $"the label is '{label}'; the model has no classes";
        return Classes.Find(label) is null ? $"the label is '{label}'; allowed: {Classes.Describe()}" : null;
    }

    /// <summary>Opens a folder and checks config, tokenizer, and the weights' names, shapes and lengths. Reads every byte once, for the digest.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file and why.</exception>
    public static ModelFolder Open(string path)
    {
        RequireFile(path, ConfigFile);
        var config = ReadConfig(System.IO.Path.Combine(path, ConfigFile));
        var files = WeightsOf(config).ToList();
        foreach (var (file, _) in files) RequireFile(path, file);
        var tokenizer = config is GlideConfig ? BpeTokenizer.Load(System.IO.Path.Combine(path, TokenizerFolder)) : null;
        if (config is GlideConfig glide && tokenizer!.VocabularySize != glide.Network.VocabularySize)
            throw new InvalidDataException(
                $"{path}: the tokenizer has {tokenizer.VocabularySize} tokens, {ConfigFile} says vocabulary_size {glide.Network.VocabularySize}");
        var classes = config.ClassCount is { } count ? ClassNames.Load(System.IO.Path.Combine(path, ClassesFile), count) : null;
        foreach (var (file, create) in files)
        {
            var weights = System.IO.Path.Combine(path, file);
            using var network = create(META);
            StateDict.Check(weights, network, Safetensors.ReadHeader(weights).ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        }
        var all = FilesOf(path, config);
        return new ModelFolder(path, config, tokenizer, classes, all, ComputeDigest(path, all));
    }

    /// <summary>Reads and checks a <c>model.json</c> alone.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">It is missing, malformed or describes an impossible model.</exception>
    public static ModelConfig ReadConfig(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var kind = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("kind", out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : throw new ArgumentException($"it has no 'kind'; known: {AdmConfig.Name}, {GlideConfig.Name}");
            ModelConfig config = kind switch
            {
                GlideConfig.Name => json.Deserialize<GlideConfig>(Json)!,
                AdmConfig.Name => json.Deserialize<AdmConfig>(Json)!,
                _ => throw new ArgumentException($"unknown kind '{kind}'; known: {AdmConfig.Name}, {GlideConfig.Name}"),
            };
            config.Validate();
            return config;
        }
        catch (Exception bad) when (bad is JsonException or ArgumentException or IOException)
        {
            throw new InvalidDataException($"{file} is not a usable model config: {bad.Message}", bad);
        }
    }

    /// <summary>Writes a <c>model.json</c>.</summary>
    /// <param name="path">Folder to create or use.</param>
    /// <param name="config">Contents.</param>
    public static void WriteConfig(string path, ModelConfig config)
    {
        Directory.CreateDirectory(path);
        File.WriteAllText(System.IO.Path.Combine(path, ConfigFile), JsonSerializer.Serialize<object>(config, Json) + "\n");
    }

    /// <summary>Copies the files of a vocabulary.</summary>
    /// <param name="from">Folder to copy from.</param>
    /// <param name="to">Folder to create or use.</param>
    public static void CopyTokenizer(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in VocabularyFiles(from)) File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>Writes a text-to-image model with one of its networks; the files of others are left as they are.</summary>
    /// <param name="path">Folder to create or overwrite.</param>
    /// <param name="config">Contents of model.json.</param>
    /// <param name="network">Weights to store, as float32.</param>
    /// <param name="tokenizer">Folder to copy the vocabulary from.</param>
    /// <param name="file">Name of the file for the weights.</param>
    public static void Write(string path, GlideConfig config, nn.Module network, string tokenizer, string file = WeightsFile)
    {
        CopyTokenizer(tokenizer, System.IO.Path.Combine(path, TokenizerFolder));
        WriteConfig(path, config);
        Safetensors.Write(System.IO.Path.Combine(path, file), [.. network.state_dict()]);
    }

    /// <summary>Builds all networks and loads their weights, each once.</summary>
    /// <param name="device">Where to put them; null is the CPU.</param>
    /// <returns>Frozen networks in evaluation mode; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public ModelNetworks LoadNetworks(Device? device = null)
    {
        var loaded = new Dictionary<string, nn.Module>();
        try
        {
            foreach (var (file, create) in WeightsOf(Config)) loaded.Add(file, Load(file, create, device));
            return new ModelNetworks(
                loaded[WeightsFile], loaded.GetValueOrDefault(UpsamplerFile), (EncoderUNetModel?)loaded.GetValueOrDefault(ClassifierFile));
        }
        catch
        {
            foreach (var network in loaded.Values) network.Dispose();
            throw;
        }
    }

    /// <summary>Builds one network alone.</summary>
    /// <param name="file">Name of the file of its weights, which the model has.</param>
    /// <param name="device">Where to put it; null is the CPU.</param>
    /// <returns>The network in evaluation mode, its parameters frozen; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public nn.Module LoadNetwork(string file, Device? device = null) => Load(file, WeightsOf(Config).Single(weights => weights.File == file).Create, device);

    // The networks of a model by the files of their weights.
    private static IEnumerable<(string File, Func<Device?, nn.Module> Create)> WeightsOf(ModelConfig config)
    {
        switch (config)
        {
            case GlideConfig glide:
                yield return (WeightsFile, device => new Text2ImUNet(glide.Network, device));
                if (glide.Upsampler is { } larger) yield return (UpsamplerFile, device => new Text2ImUNet(larger.Network, device));
                break;
            case AdmConfig adm:
                yield return (WeightsFile, device => new UNetModel(adm.Network, device));
                if (adm.Upsampler is { } upsampler) yield return (UpsamplerFile, device => new UNetModel(upsampler.Network, device));
                break;
        }
        if (config.Classifier is { } classifier) yield return (ClassifierFile, device => new EncoderUNetModel(classifier, device));
    }

    private nn.Module Load(string file, Func<Device?, nn.Module> create, Device? device)
    {
        var network = create(null);
        StateDict.Load(System.IO.Path.Combine(Path, file), network);
        foreach (var parameter in network.parameters()) parameter.requires_grad = false;
        network.to(device ?? CPU);
        network.eval();
        return network;
    }

    // A folder of official files has CLIP's vocabulary too, which no model of ours reads.
    private static IEnumerable<string> VocabularyFiles(string tokenizer) => Directory.EnumerateFiles(tokenizer)
        .Where(file => System.IO.Path.GetFileName(file) is var name && (name.StartsWith("encoder.json", StringComparison.Ordinal) || name.StartsWith("vocab.bpe", StringComparison.Ordinal)));

    private static void RequireFile(string path, string file)
    {
        if (!File.Exists(System.IO.Path.Combine(path, file))) throw new InvalidDataException($"{path} is not a model folder: it has no {file}");
    }

    private static List<string> FilesOf(string path, ModelConfig config)
    {
        var tokenizer = System.IO.Path.Combine(path, TokenizerFolder);
        string[] vocabulary = config is GlideConfig
            ? [.. VocabularyFiles(tokenizer).Select(file => $"{TokenizerFolder}/{System.IO.Path.GetFileName(file)}")]
            : [];
        string[] classes = File.Exists(System.IO.Path.Combine(path, ClassesFile)) ? [ClassesFile] : [];
        return [.. WeightsOf(config).Select(weights => weights.File).Concat([ConfigFile, .. vocabulary, .. classes]).Order(StringComparer.Ordinal)];
    }

    private static string ComputeDigest(string path, List<string> files)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            using var stream = File.OpenRead(System.IO.Path.Combine(path, file));
            digest.AppendData(Encoding.UTF8.GetBytes($"{file}\n{Convert.ToHexStringLower(SHA256.HashData(stream))}\n"));
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
