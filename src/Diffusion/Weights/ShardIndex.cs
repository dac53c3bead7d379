using System.Text.Json;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// A checkpoint in several files, with an index as Hugging Face writes it (<c>model.safetensors.index.json</c>): an object whose
/// <c>weight_map</c> gives for each tensor the file in the same folder that holds it. Tensors of a file that the index does not place there
/// are passed over.
/// </summary>
internal static class ShardIndex
{
    private const int MaxBytes = 64 << 20;

    /// <summary>The tensors in the order of the index.</summary>
    public static Checkpoint Open(string path, string? stateDict)
    {
        var shardOf = ReadMap(path);
        var shards = new Dictionary<string, Checkpoint>();
        foreach (var shard in shardOf.Values.Distinct()) shards.Add(shard, OpenShard(path, shard, stateDict));

        var header = new Dictionary<string, TensorEntry>();
        foreach (var (name, shard) in shardOf)
        {
            if (!shards[shard].Header.TryGetValue(name, out var entry)) throw Bad(path, $"its file {shard} lacks tensor '{name}'");
            header.Add(name, entry);
        }
        return new Checkpoint(path, header, () => Read(shardOf, shards));
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

    private static Checkpoint OpenShard(string path, string shard, string? stateDict)
    {
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, shard);
        if (!File.Exists(file)) throw Bad(path, $"its file {shard} is missing");
        return Checkpoint.OpenFile(file, stateDict);
    }

    private static Dictionary<string, string> ReadMap(string path)
    {
        var map = new Dictionary<string, string>();
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes) throw Bad(path, $"it has {file.Length} bytes; at most {MaxBytes} are allowed");
            using var json = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var entry in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var shard = entry.Value.GetString() ?? "";
                // A name that leaves the folder would read whatever the index's author likes.
                if (shard.Length == 0 || shard is "." or ".." || shard.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
                    throw Bad(path, $"tensor '{entry.Name}' is in '{shard}', which is not the name of a file beside it");
                if (shard.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) throw Bad(path, $"tensor '{entry.Name}' is in '{shard}', another index");
                if (!map.TryAdd(entry.Name, shard)) throw Bad(path, $"tensor '{entry.Name}' appears twice");
            }
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Bad(path, malformed.Message, malformed);
        }
        return map.Count > 0 ? map : throw Bad(path, "it names no tensor");
    }

    private static InvalidDataException Bad(string path, string reason, Exception? inner = null) =>
        new($"{path} is not a usable index of shards: {reason}", inner);
}
