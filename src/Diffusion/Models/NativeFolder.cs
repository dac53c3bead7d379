using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Diffusion.Families;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using Atelier.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>
/// A model on disk: <c>model.json</c>, <c>model.safetensors</c> (official state-dict keys), where the model has them
/// <c>upsampler.safetensors</c> and <c>classifier.safetensors</c>, <c>tokenizer/</c> (GLIDE's vocabulary files) for text, and <c>classes.txt</c>.
/// Opening one checks everything that can be wrong short of the weights' values.
/// </summary>
/// <remarks>
/// These names, and of the vocabulary <c>encoder.json</c> and <c>vocab.bpe</c> or else their <c>.gz</c>, are all that is part of a model; whatever lies beside
/// them is not. Each may be a link to a regular file anywhere, as in the cache of Hugging Face, but for <c>classes.txt</c>: a link there must stay in
/// the folder, or in the cache's own <c>blobs</c>, as any text could pass for names.
/// </remarks>
public sealed class NativeFolder : ModelFolder
{
    /// <summary>Name of the file with the configuration.</summary>
    public const string ConfigFileName = "model.json";

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

    // Ten thousand times that of any network there is.
    private const int MaxConfigBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private NativeFolder(string path, ModelConfig config, BpeTokenizer? tokenizer, ModelDescription about, IReadOnlyList<string> files, string digest)
        : base(path, about, files, digest) => (Config, Tokenizer) = (config, tokenizer);

    /// <summary>Contents of model.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>The vocabulary; null where the model takes no text.</summary>
    public BpeTokenizer? Tokenizer { get; }

    /// <inheritdoc/>
    public override string Describe() => File.ReadAllText(System.IO.Path.Combine(Path, ConfigFileName));

    /// <summary>Opens a folder and checks config, tokenizer, and the weights' names, shapes and lengths. Reads every byte once, for the digest.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file and why.</exception>
    public static new NativeFolder Open(string path)
    {
        ModelFiles.Require(path, ConfigFileName);
        var configFile = System.IO.Path.Combine(path, ConfigFileName);
        var config = ReadConfig(configFile);
        foreach (var (file, _) in ModelFiles.WeightsOf(config)) ModelFiles.Require(path, file);
        var files = ModelFiles.Of(path, config);
        var tokenizer = ModelChecks.OpenTokenizer(System.IO.Path.Combine(path, TokenizerFolder), config, ConfigFileName);
        var classes = config.ClassCount is { } count ? ClassNames.Load(System.IO.Path.Combine(path, ClassesFile), count) : null;
        ModelChecks.CheckWeights(config, configFile, file =>
        {
            var weights = System.IO.Path.Combine(path, file);
            return (weights, Safetensors.ReadHeader(weights).ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        });
        return new NativeFolder(path, config, tokenizer, config.Describe(tokenizer, classes), files, ModelFiles.Digest(path, files));
    }

    /// <summary>Reads and checks a <c>model.json</c> alone.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">It is missing, malformed or describes an impossible model.</exception>
    public static ModelConfig ReadConfig(string file)
    {
        const string Problem = "is not a usable model config";
        try
        {
            var content = RegularFile.ReadAllBytes(file, MaxConfigBytes);
            return ContentBoundary.Read(file, Problem, () => ParseConfig(content));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{PrintableText.Of(file, PrintableText.PathLength)} {Problem}: there is no such file", missing);
        }
    }

    /// <summary>Writes a <c>model.json</c>.</summary>
    /// <param name="path">Folder to create or use.</param>
    /// <param name="config">Contents.</param>
    public static void WriteConfig(string path, ModelConfig config)
    {
        Directory.CreateDirectory(path);
        RegularFile.Write(System.IO.Path.Combine(path, ConfigFileName), JsonSerializer.Serialize<object>(config, Json) + "\n");
    }

    /// <summary>Copies the files of a vocabulary, and none that lie beside them.</summary>
    /// <param name="from">Folder to copy from.</param>
    /// <param name="to">Folder to create or use.</param>
    /// <exception cref="InvalidDataException">One is missing or is no regular file.</exception>
    public static void CopyTokenizer(string from, string to)
    {
        var files = BpeFiles.PathsIn(from);
        Directory.CreateDirectory(to);
        foreach (var file in files) RegularFile.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
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

    /// <inheritdoc/>
    public override Model Load(Device? device = null, ScalarType precision = ScalarType.Float32)
    {
        var loaded = new Dictionary<string, nn.Module>();
        try
        {
            foreach (var (file, create) in ModelFiles.WeightsOf(Config))
            {
                loaded.Add(file, Load(file, create, device));
                if (precision != ScalarType.Float32) HalfPrecision.Convert(loaded[file], precision);
            }
            var networks = new[] { WeightsFile, UpsamplerFile }.Where(loaded.ContainsKey).Select(file => (Network: loaded[file], Enlarges: file == UpsamplerFile));
            return new Model(About, [.. networks.Select(part => Stage(part.Network, part.Enlarges))], new PixelCodec())
            {
                Classifier = (EncoderUNetModel?)loaded.GetValueOrDefault(ClassifierFile),
            };
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
    public nn.Module LoadNetwork(string file, Device? device = null) => Load(file, ModelFiles.WeightsOf(Config).Single(weights => weights.File == file).Create, device);

    /// <summary>Moves the folder, which is then of no use any more.</summary>
    /// <param name="path">Where to: a place where nothing is, or an empty folder, which may be the one that this folder is in.</param>
    /// <returns>The model in its new place.</returns>
    internal NativeFolder MoveTo(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            Directory.Move(Path, path);
        }
        else
        {
            // What makes a folder a model comes last.
            foreach (var entry in Directory.GetFileSystemEntries(Path).OrderBy(entry => System.IO.Path.GetFileName(entry) == ConfigFileName))
                Directory.Move(entry, System.IO.Path.Combine(path, System.IO.Path.GetFileName(entry)));
            Directory.Delete(Path);
        }
        return new NativeFolder(path, Config, Tokenizer, About, Files, Digest);
    }

    /// <summary>
    /// Estimates what a pass of a network costs: pixels times the square of the channels that its first convolution makes, since most of the arithmetic is at
    /// full resolution. Only the ratio of networks means something. Measured on the model that ships, a step of the upsampler takes 1.9 times as long as one of
    /// the base network; this says 2.0.
    /// </summary>
    internal static double CostOf(nn.Module network, int size)
    {
        var channels = network.parameters().FirstOrDefault(weight => weight.dim() == 4)?.shape[0] ?? 1;
        return (double)size * size * channels * channels;
    }

    private Stage Stage(nn.Module network, bool enlarges) => network is Text2ImUNet text
        ? GlideFamily.Stage(text, (GlideConfig)Config, Tokenizer!, enlarges)
        : AdmFamily.Stage((UNetModel)network, (AdmConfig)Config, enlarges);

    private static ModelConfig ParseConfig(byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        var kind = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("kind", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new ArgumentException($"it has no 'kind'; known: {AdmConfig.Name}, {GlideConfig.Name}");
        ModelConfig config = kind switch
        {
            GlideConfig.Name => json.Deserialize<GlideConfig>(Json)!,
            AdmConfig.Name => json.Deserialize<AdmConfig>(Json)!,
            _ => throw new ArgumentException($"unknown kind '{PrintableText.Of(kind)}'; known: {AdmConfig.Name}, {GlideConfig.Name}"),
        };
        config.Validate();
        return config;
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
}
