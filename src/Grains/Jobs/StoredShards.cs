using System.Globalization;
using System.Text;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>What a listing of the store says of a job: nothing is opened, so that it stays fast with 100,000 shards.</summary>
internal static class StoredShards
{
    private const byte Stats = 1;
    private const byte Tar = 2;
    private const byte Parquet = 4;

    /// <summary>Calls back for each committed shard, saying whether both of its plain files exist. Off the caller's scheduler.</summary>
    public static Task ListAsync(IStore store, string job, int shards, Action<int, bool> found) => Task.Run(async () =>
    {
        var files = new byte[shards];
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job)).ConfigureAwait(false))
        {
            var name = entry.Path.AsSpan(entry.Path.LastIndexOf('/') + 1);
            var dot = name.IndexOf('.');
            if (dot < 0 || !int.TryParse(name[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var shard) || shard >= shards) continue;
            files[shard] |= name[dot..] switch { ".json" => Stats, ".tar" => Tar, ".parquet" => Parquet, _ => 0 };
        }
        for (var shard = 0; shard < shards; shard++)
        {
            if ((files[shard] & Stats) != 0) found(shard, files[shard] == (Stats | Tar | Parquet));
        }
    });

    /// <summary>The job's numerics class: the given one if there was none yet.</summary>
    public static async Task<string> BindNumericsAsync(IStore store, string job, string numericsClass)
    {
        await store.TryCreateAsync(JobPaths.Numerics(job), Encoding.UTF8.GetBytes($"{{ \"numerics_class\": \"{numericsClass}\" }}\n"));
        using var json = System.Text.Json.JsonDocument.Parse((await store.ReadAsync(JobPaths.Numerics(job)))!);
        return json.RootElement.GetProperty("numerics_class").GetString()!;
    }
}
