using System.Security.Cryptography;

namespace Atelier.EndToEnd;

/// <summary>The shards in a job's folder.</summary>
internal static class ShardFiles
{
    /// <summary>SHA-256 of each tar and parquet file, by name.</summary>
    public static SortedDictionary<string, string> Hashes(string job) => new(
        Directory.EnumerateFiles(Path.Combine(job, "shards")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    /// <summary>Leaves a finished job as if it had been stopped after its first shard.</summary>
    public static void KeepFirst(string job)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(job, "shards")).Where(file => !Path.GetFileName(file).StartsWith("00000.", StringComparison.Ordinal))) File.Delete(file);
        foreach (var name in new[] { "summary.json", "README.md", "contact-sheet.png", "errors.jsonl" }) File.Delete(Path.Combine(job, name));
    }
}
