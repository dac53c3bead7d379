using System.Text.Json;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// A checkpoint in several files, with an index as Hugging Face writes it (<c>model.safetensors.index.json</c>): an object whose
/// <c>weight_map</c> gives for each tensor the file in the same folder that holds it. Tensors of a file that the index does not place there
/// are passed over.
/// </summary>
internal static class ShardIndex
{
    private const string Problem = "is not a usable index of shards";

    // That of a network of ten thousand tensors has one megabyte.
    private const int MaxBytes = 16 << 20;

    /// <summary>The tensors in the order of the index.</summary>
    public static Checkpoint Open(string path, string? stateDict)
    {
        var shardOf = ReadMap(path);
        var shards = new Dictionary<string, Checkpoint>();
        foreach (var shard in shardOf.Values.Distinct()) shards.Add(shard, OpenShard(path, shard, stateDict));

        var header = new Dictionary<string, TensorEntry>();
        foreach (var (name, shard) in shardOf)
        {
            if (!shards[shard].Header.TryGetValue(name, out var entry)) throw Bad(path, $"its file {PrintableText.Of(shard)} lacks tensor '{PrintableText.Of(name)}'");
            header.Add(name, entry);
        }
        return new Checkpoint(path, header, () => Read(shardOf, shards));
    }

    /// <summary>The file of each tensor, in the order of the index; whether it holds it is not checked.</summary>
    /// <exception cref="InvalidDataException">It is no index, or a file is missing.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Files(string path)
    {
        foreach (var (name, shard) in ReadMap(path)) yield return new(name, FileOf(path, shard));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Read(Dictionary<string, string> shardOf, Dictionary<string, Checkpoint> shards)
    {
        foreach (var (shard, checkpoint) in shards)
        {
            foreach (var (name, tensor) in checkpoint.Read())
            {
                if (shardOf.TryGetValue(name, out var placed) && placed == shard) yield return new(name, tensor);
                else tensor.Dispose();
            }
        }
    }

    private static Checkpoint OpenShard(string path, string shard, string? stateDict) => Checkpoint.OpenFile(FileOf(path, shard), stateDict);

    private static string FileOf(string path, string shard)
    {
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, shard);
        return File.Exists(file) ? file : throw Bad(path, $"its file {PrintableText.Of(shard)} is missing");
    }

    private static Dictionary<string, string> ReadMap(string path)
    {
        var content = RegularFile.ReadAllBytes(path, MaxBytes);
        var map = ContentBoundary.Read(path, Problem, () => Parse(content));
        return map.Count > 0 ? map : throw Bad(path, "it names no tensor");
    }

    private static Dictionary<string, string> Parse(byte[] content)
    {
        var json = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = 8 });
        Dictionary<string, string>? map = null;
        json.Read();
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("weight_map"u8)) json.Skip();
            else if (map is null) map = ParseMap(ref json);
            else throw new InvalidDataException("it has 'weight_map' twice");
        }
        // Refuses what follows the object.
        json.Read();
        return map ?? throw new InvalidDataException("it has no 'weight_map'");
    }

    private static Dictionary<string, string> ParseMap(ref Utf8JsonReader json)
    {
        var map = new Dictionary<string, string>();
        json.Read();
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            var shard = json.GetString() ?? "";
            // A name that leaves the folder would read whatever the index's author likes.
            if (shard.Length == 0 || shard is "." or ".." || shard.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
                throw new InvalidDataException($"tensor '{PrintableText.Of(name)}' is in '{PrintableText.Of(shard)}', which is not the name of a file beside it");
            if (shard.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"tensor '{PrintableText.Of(name)}' is in '{PrintableText.Of(shard)}', another index");
            if (!map.TryAdd(name, shard)) throw new InvalidDataException($"tensor '{PrintableText.Of(name)}' appears twice");
        }
        return map;
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (json.TokenType != type) throw new InvalidDataException($"there is {json.TokenType} at byte {json.TokenStartIndex} instead of {type}");
    }

    private static InvalidDataException Bad(string path, string reason) => new($"{PrintableText.Of(path, PrintableText.PathLength)} {Problem}: {reason}");
}
