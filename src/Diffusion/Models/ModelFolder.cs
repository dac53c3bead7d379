using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>
/// A model on disk: <c>model.json</c>, <c>model.safetensors</c> (official state-dict keys) and <c>tokenizer/</c> (GLIDE's vocabulary files).
/// Opening one checks everything that can be wrong short of the weights' values.
/// </summary>
public sealed class ModelFolder
{
    private const string ConfigFile = "model.json";
    private const string WeightsFile = "model.safetensors";
    private const string TokenizerFolder = "tokenizer";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private ModelFolder(string path, ModelConfig config, BpeTokenizer tokenizer, string digest) =>
        (Path, Config, Tokenizer, Digest) = (path, config, tokenizer, digest);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Contents of model.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>The vocabulary.</summary>
    public BpeTokenizer Tokenizer { get; }

    /// <summary>Lower-case hex SHA-256 over names and SHA-256s of the files that decide a sample's pixels.</summary>
    public string Digest { get; }

    /// <summary>Opens a folder and checks config, tokenizer, and the weights' names, shapes and lengths. Reads every byte once, for the digest.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file and why.</exception>
    public static ModelFolder Open(string path)
    {
        foreach (var file in new[] { ConfigFile, WeightsFile })
        {
            if (!File.Exists(System.IO.Path.Combine(path, file)))
                throw new InvalidDataException($"{path} is not a model folder: it has no {file}");
        }
        var config = ReadConfig(System.IO.Path.Combine(path, ConfigFile));
        var tokenizer = BpeTokenizer.Load(System.IO.Path.Combine(path, TokenizerFolder));
        if (tokenizer.VocabularySize != config.Network.VocabularySize)
            throw new InvalidDataException(
                $"{path}: the tokenizer has {tokenizer.VocabularySize} tokens, {ConfigFile} says vocabulary_size {config.Network.VocabularySize}");
        var weights = System.IO.Path.Combine(path, WeightsFile);
        using (var network = new Text2ImUNet(config.Network, META))
            StateDict.Check(weights, network, Safetensors.ReadHeader(weights).ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        return new ModelFolder(path, config, tokenizer, ComputeDigest(path));
    }

    /// <summary>Reads and checks a <c>model.json</c> alone.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">It is missing, malformed or describes an impossible model.</exception>
    public static ModelConfig ReadConfig(string file)
    {
        try
        {
            var config = JsonSerializer.Deserialize<ModelConfig>(File.ReadAllText(file), Json) ?? throw new InvalidDataException($"{file} holds null");
            if (config.Kind != "glide") throw new InvalidDataException($"{file}: unknown kind '{config.Kind}'; known: glide");
            config.Network.Validate();
            var coarsest = 1 << (config.Network.ChannelMult.Count - 1);
            if (config.ImageSize < 1 || config.ImageSize > 4096 || config.ImageSize % coarsest != 0)
                throw new ArgumentException($"image_size {config.ImageSize} is not a multiple of {coarsest} up to 4096");
            if (config.Diffusion.Timesteps is < 1 or > 100_000)
                throw new ArgumentException($"timesteps {config.Diffusion.Timesteps} is not in 1 to 100000");
            _ = BetaSchedule.Named(config.Diffusion.NoiseSchedule, config.Diffusion.Timesteps);
            return config;
        }
        catch (Exception bad) when (bad is JsonException or ArgumentException or IOException)
        {
            throw new InvalidDataException($"{file} is not a usable model config: {bad.Message}", bad);
        }
    }

    /// <summary>Writes a model folder's config, tokenizer files and weights.</summary>
    /// <param name="path">Folder to create or overwrite.</param>
    /// <param name="config">Contents of model.json.</param>
    /// <param name="network">Weights to store, as float32.</param>
    /// <param name="tokenizer">Folder to copy the vocabulary from.</param>
    public static void Write(string path, ModelConfig config, Text2ImUNet network, string tokenizer)
    {
        var target = Directory.CreateDirectory(System.IO.Path.Combine(path, TokenizerFolder)).FullName;
        foreach (var file in Directory.EnumerateFiles(tokenizer)) File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(System.IO.Path.Combine(path, ConfigFile), JsonSerializer.Serialize(config, Json) + "\n");
        Safetensors.Write(System.IO.Path.Combine(path, WeightsFile), [.. network.state_dict()]);
    }

    /// <summary>Builds the network and loads the weights.</summary>
    /// <param name="device">Where to put it; null is the CPU.</param>
    /// <returns>The network in evaluation mode, its parameters frozen; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public Text2ImUNet LoadNetwork(Device? device = null)
    {
        var network = new Text2ImUNet(Config.Network);
        StateDict.Load(System.IO.Path.Combine(Path, WeightsFile), network);
        foreach (var parameter in network.parameters()) parameter.requires_grad = false;
        network.to(device ?? CPU);
        network.eval();
        return network;
    }

    private static string ComputeDigest(string path)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(System.IO.Path.Combine(path, TokenizerFolder))
            .Select(file => $"{TokenizerFolder}/{System.IO.Path.GetFileName(file)}")
            .Append(ConfigFile).Append(WeightsFile).Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            using var stream = File.OpenRead(System.IO.Path.Combine(path, file));
            digest.AppendData(Encoding.UTF8.GetBytes($"{file}\n{Convert.ToHexStringLower(SHA256.HashData(stream))}\n"));
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
