using System.Globalization;
using System.Text;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>What a listing of the store says of a job: nothing is opened, so that it stays fast with 100,000 shards.</summary>
internal static class StoredShards
{
    /// <summary>Committed shards, and whether both of their plain files exist.</summary>
    public static async Task<Dictionary<int, bool>> ListAsync(IStore store, string job)
    {
        var (committed, files) = (new HashSet<int>(), new Dictionary<int, int>());
        await foreach (var entry in store.ListAsync($"{job}/shards/"))
        {
            var name = Path.GetFileNameWithoutExtension(entry.Path);
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)) continue;
            if (entry.Path.EndsWith(".json", StringComparison.Ordinal)) committed.Add(shard);
            else files[shard] = files.GetValueOrDefault(shard) + 1;
        }
        return committed.ToDictionary(shard => shard, shard => files.GetValueOrDefault(shard) == 2);
    }

    /// <summary>Whether the closing files are written; the summary is the last of them.</summary>
    public static async Task<bool> IsClosedAsync(IStore store, string job) => await store.ReadAsync(JobPaths.Summary(job)) is not null;

    /// <summary>The job's numerics class: the given one if there was none yet.</summary>
    public static async Task<string> BindNumericsAsync(IStore store, string job, string numericsClass)
    {
        await store.TryCreateAsync(JobPaths.Numerics(job), Encoding.UTF8.GetBytes($"{{ \"numerics_class\": \"{numericsClass}\" }}\n"));
        using var json = System.Text.Json.JsonDocument.Parse((await store.ReadAsync(JobPaths.Numerics(job)))!);
        return json.RootElement.GetProperty("numerics_class").GetString()!;
    }
}
