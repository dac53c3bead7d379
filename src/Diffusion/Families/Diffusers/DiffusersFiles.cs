using System.Text.Json;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>
/// The files of a diffusers folder that a family uses, each by the name of its part: they are all that is part of the model. A part's weights are one
/// safetensors file or several with an index, in full or else as its fp16 variant. What else lies in the folder is not looked at.
/// </summary>
/// <param name="folder">The folder.</param>
internal sealed class DiffusersFiles(string folder)
{
    private const int MaxConfigBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // By diffusers' name and by transformers': whole, in shards, and the same as a variant, whose shards have had two names over time.
    private static readonly string[] WeightFiles =
    [
        .. from variant in new[] { "", ".fp16" }
           from name in new[] { "diffusion_pytorch_model", "model" }
           from file in new[] { $"{name}{variant}.safetensors", $"{name}.safetensors.index{variant}.json", $"{name}{variant}.safetensors.index.json" }
           select file,
    ];

    private static readonly string[] TokenizerConfigs = ["tokenizer_config.json", "special_tokens_map.json"];

    private readonly SortedSet<string> _used = new(StringComparer.Ordinal) { PipelineIndex.FileName };

    /// <summary>Those that were asked for: paths within the folder, with '/' between segments.</summary>
    public IReadOnlyList<string> Used => [.. _used];

    /// <summary>The shape of a part's network.</summary>
    /// <exception cref="InvalidDataException">It is missing, malformed or cannot be built; the message names the file.</exception>
    public TConfig Config<TConfig>(string part) where TConfig : NetworkConfig => NetworkConfig.Read<TConfig>(Use(part, "config.json"));

    /// <summary>The scheduler's settings.</summary>
    /// <exception cref="InvalidDataException">They are missing, malformed or not known; the message names the file.</exception>
    public SchedulerConfig Scheduler()
    {
        var path = Use("scheduler", "scheduler_config.json");
        var content = RegularFile.ReadAllBytes(path, MaxConfigBytes);
        return ContentBoundary.Read(path, "is not a usable scheduler config", () =>
        {
            var config = JsonSerializer.Deserialize<SchedulerConfig>(content, Json) ?? throw new ArgumentException("it is null");
            config.Validate();
            return config;
        });
    }

    /// <summary>The folder of a part, of which some files are used.</summary>
    public string Folder(string part, IEnumerable<string> files)
    {
        foreach (var file in files) Use(part, file);
        return Path.Combine(folder, part);
    }

    /// <summary>Whether a vocabulary's configuration has prompts padded with the token that ends them, which is so unless it names another.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or names a token that is not known here.</exception>
    public bool PadsWithEnd(string part)
    {
        var file = TokenizerConfigs.FirstOrDefault(file => File.Exists(Path.Combine(folder, part, file)));
        if (file is null) return true;
        var path = Use(part, file);
        var content = RegularFile.ReadAllBytes(path, MaxConfigBytes);
        return ContentBoundary.Read(path, "is not a usable tokenizer config", () =>
        {
            using var json = JsonDocument.Parse(content);
            if (!json.RootElement.TryGetProperty("pad_token", out var token)) return true;
            var name = token.ValueKind == JsonValueKind.Object ? token.GetProperty("content").GetString() : token.GetString();
            return name switch
            {
                "<|endoftext|>" => true,
                "!" => false,
                _ => throw new ArgumentException($"pad_token is '{PrintableText.Of(name ?? "null")}'; allowed: <|endoftext|>, or !"),
            };
        });
    }

    /// <summary>Compares the weights of a part with what a network needs, without reading them.</summary>
    /// <exception cref="InvalidDataException">They are missing or do not fit; the message names file, key and shapes.</exception>
    public void Check<TNetwork>(string part, Func<TensorSource, TNetwork> create) where TNetwork : IDisposable
    {
        using var source = new CheckpointSource(Weights(part), ScalarType.Float32);
        source.Check(create);
    }

    /// <summary>Builds a part's network with its weights.</summary>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public TNetwork Load<TNetwork>(string part, Func<TensorSource, TNetwork> create, Device? device, ScalarType precision) where TNetwork : IDisposable
    {
        using var source = new CheckpointSource(Weights(part), precision, device);
        return source.Load(create);
    }

    private string[] Weights(string part)
    {
        foreach (var file in WeightFiles)
        {
            if (!File.Exists(Path.Combine(folder, part, file))) continue;
            var path = Use(part, file);
            if (file.EndsWith(".json", StringComparison.Ordinal))
                foreach (var shard in ShardIndex.Files(path).Select(entry => Path.GetFileName(entry.Value)).Distinct()) Use(part, shard);
            return [path];
        }
        var where = PrintableText.Of(Path.Combine(folder, part), PrintableText.PathLength);
        throw new InvalidDataException(Directory.Exists(Path.Combine(folder, part)) && Directory.EnumerateFiles(Path.Combine(folder, part), "*.bin").Any()
            ? $"{where} has its weights as a pickle (.bin), which can run code; allowed: safetensors"
            : $"{where} has no weights; allowed: diffusion_pytorch_model.safetensors or model.safetensors, or an index of several, or the fp16 variant of either");
    }

    private string Use(string part, string file)
    {
        var path = Path.Combine(folder, part, file);
        if (!File.Exists(path)) throw new InvalidDataException($"{PrintableText.Of(folder, PrintableText.PathLength)} is not a whole model: it has no {part}/{file}");
        _used.Add($"{part}/{file}");
        return path;
    }
}
