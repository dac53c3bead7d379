using System.Formats.Tar;
using System.Security.Cryptography;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Chaos;

/// <summary>A disturbed job's files against those of an undisturbed one.</summary>
/// <param name="Shards">Shards that both have, with the same bytes.</param>
/// <param name="Missing">Files that only the undisturbed job has.</param>
/// <param name="Differing">Files with other bytes.</param>
/// <param name="Duplicates">Samples that are in more than one place.</param>
/// <param name="Leftovers">Files of attempts, parts or unfinished writes that are still there.</param>
internal sealed record DatasetComparison(int Shards, int Missing, int Differing, int Duplicates, int Leftovers)
{
    /// <summary>Whether the disturbed job is what the undisturbed one is.</summary>
    public bool IsSame => Shards > 0 && Missing == 0 && Differing == 0 && Duplicates == 0 && Leftovers == 0;

    public static async Task<DatasetComparison> CompareAsync(IStore undisturbed, string job, IStore disturbed, string disturbedJob, CancellationToken cancellationToken)
    {
        var plan = await JobFiles.ReadPlanAsync(undisturbed, job, cancellationToken) ?? throw new InvalidOperationException("the undisturbed job has no plan");
        var (same, missing, differing, duplicates) = (0, 0, 0, 0);
        var seen = new HashSet<string>();
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            var (isSame, index) = (true, shard);
            foreach (var path in (Func<string, int, string>[])[JobPaths.ShardTar, JobPaths.ShardParquet])
            {
                var expected = await HashAsync(undisturbed, path(job, index), cancellationToken) ?? throw new InvalidOperationException($"the undisturbed job has no {path(job, index)}");
                var found = await HashAsync(disturbed, path(disturbedJob, index), cancellationToken);
                if (found is null) missing++;
                else if (found != expected) differing++;
                isSame &= found == expected;
            }
            if (isSame) same++;
            await foreach (var key in ImagesAsync(disturbed, JobPaths.ShardTar(disturbedJob, shard), cancellationToken))
            {
                if (!seen.Add(key)) duplicates++;
            }
        }
        var leftovers = await disturbed.ListAsync($"{disturbedJob}/", cancellationToken)
            .CountAsync(entry => AttemptFile.Parse(disturbedJob, entry.Path) is { IsFailure: false } || entry.Path.Contains("/parts/", StringComparison.Ordinal), cancellationToken);
        return new DatasetComparison(same, missing, differing, duplicates, leftovers);
    }

    private static async Task<string?> HashAsync(IStore store, string path, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(path, cancellationToken);
        return stream is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static async IAsyncEnumerable<string> ImagesAsync(
        IStore store, string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(path, cancellationToken);
        if (stream is null) yield break;
        await using var reader = new TarReader(stream);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name.EndsWith(".png", StringComparison.Ordinal)) yield return entry.Name;
        }
    }
}
