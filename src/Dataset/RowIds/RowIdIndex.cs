using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.RowIds;

/// <summary>
/// Finds rows of a job by the ids that users gave them: up to 256 files, <c>ids/00.bin</c> to <c>ids/ff.bin</c>, by the first byte of a hash of the id; in each 24 bytes for each id,
/// sorted: 16 of the hash, 8 of the row number. <c>ids/index.json</c> is written last, and says that the others are there.
/// </summary>
public static class RowIdIndex
{
    /// <summary>
    /// Makes the index from the staged rows. When the task completes, it is durable. Safe to repeat, to run twice at once, and to be killed anywhere. In memory are one chunk of rows,
    /// one file of the index, and 6 MiB; a job of more than some 260,000 ids takes 24 bytes for each of them in the folder for temporary files meanwhile.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">The job's plan.</param>
    /// <param name="cancellationToken">Gives up; what was written stays and is not wrong.</param>
    /// <returns>What the index holds.</returns>
    /// <exception cref="InvalidInputException">Two rows have the same id, or a chunk of rows is damaged.</exception>
    /// <exception cref="InvalidDataException">A chunk of rows is missing, or has another number of rows than the plan.</exception>
    /// <exception cref="IOException">The store cannot be used, or there is no room for temporary files.</exception>
    public static async Task<RowIdCounts> BuildAsync(IStore store, string job, JobPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        if (await ReadCountsAsync(store, job, cancellationToken).ConfigureAwait(false) is { } built) return built;
        using var buckets = new RowIdBuckets();
        for (long first = 0; first < plan.Rows; first += plan.ChunkRows)
        {
            foreach (var row in await ReadChunkAsync(store, job, plan, first, cancellationToken).ConfigureAwait(false))
                if (row.Id is { } id) buckets.Add(id, row.Index);
        }
        for (var bucket = 0; bucket < RowIdEntry.Buckets; bucket++)
        {
            var entries = buckets.Sorted(bucket);
            if (entries.Length == 0) continue;
            await CheckDistinctAsync(store, job, plan, entries, cancellationToken).ConfigureAwait(false);
            await store.TryCreateAsync(JobPaths.RowIds(job, bucket), RowIdBuckets.ToBytes(entries), cancellationToken).ConfigureAwait(false);
        }
        var counts = new RowIdCounts { Rows = plan.Rows, Ids = buckets.Count };
        await store.TryCreateAsync(JobPaths.RowIdIndex(job), JobJson.Write(counts, JobJson.File.RowIdCounts), cancellationToken).ConfigureAwait(false);
        return counts;
    }

    /// <summary>What the index of a job holds; null where it is not made yet.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException"><c>ids/index.json</c> is damaged.</exception>
    public static async Task<RowIdCounts?> ReadCountsAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.RowIdIndex(job);
        return await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } content ? JobJson.Read(content, JobJson.File.RowIdCounts, path) : null;
    }

    /// <summary>Looks for the row that has an id: in one file of the index, and then at the row itself, since two ids may have the same hash.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">The job's plan.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the index is made, without which nothing is found, and the row's number; null where no row has this id.</returns>
    /// <exception cref="InvalidInputException">A file that must be read is damaged.</exception>
    /// <exception cref="InvalidDataException">A file of the index is not one, or a chunk of rows is missing or not that of the plan.</exception>
    public static async Task<(bool IsMade, long? Row)> FindAsync(IStore store, string job, JobPlan plan, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(id);
        if (await ReadCountsAsync(store, job, cancellationToken).ConfigureAwait(false) is null) return default;
        var hash = RowIdEntry.HashOf(id);
        var path = JobPaths.RowIds(job, RowIdEntry.BucketOf(hash));
        if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } content) return (true, null);
        if (content.Length % RowIdEntry.Bytes != 0)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} is damaged: it has {content.Length} bytes; allowed: {RowIdEntry.Bytes} for each id"));
        for (var at = FirstOf(content, hash); at < content.Length && RowIdEntry.Read(content.AsSpan(at)) is var entry && entry.Hash == hash; at += RowIdEntry.Bytes)
        {
            if (entry.Row < 0 || entry.Row >= plan.Rows)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} is damaged: it has row {entry.Row}; allowed: 0 to {plan.Rows - 1}"));
            if (await ReadIdAsync(store, job, plan, entry.Row, cancellationToken).ConfigureAwait(false) == id) return (true, entry.Row);
        }
        return (true, null);
    }

    /// <summary>Where the first entry is that is not before a hash.</summary>
    private static int FirstOf(ReadOnlySpan<byte> content, UInt128 hash)
    {
        var (low, high) = (0, content.Length / RowIdEntry.Bytes);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (RowIdEntry.Read(content[(middle * RowIdEntry.Bytes)..]).Hash < hash) low = middle + 1;
            else high = middle;
        }
        return low * RowIdEntry.Bytes;
    }

    private static async Task CheckDistinctAsync(IStore store, string job, JobPlan plan, RowIdEntry[] entries, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 1; i < entries.Length; i++)
        {
            if (entries[i].Hash != entries[i - 1].Hash) continue;
            // Of the same hash, but not necessarily of the same id: rows that were not the first of their hash are in there already.
            foreach (var row in (long[])[entries[i - 1].Row, entries[i].Row])
            {
                if (await ReadIdAsync(store, job, plan, row, cancellationToken).ConfigureAwait(false) is { } id && !rows.TryAdd(id, row) && rows[id] != row)
                    throw new InvalidInputException(string.Create(
                        CultureInfo.InvariantCulture, $"job '{job}' has the id '{Input.PrintableText.Of(id)}' in row {rows[id]} and in row {row}, counted from 0; ids must differ"));
            }
        }
    }

    private static async Task<string?> ReadIdAsync(IStore store, string job, JobPlan plan, long row, CancellationToken cancellationToken) =>
        (await ReadChunkAsync(store, job, plan, row, cancellationToken).ConfigureAwait(false))[(int)(row % plan.ChunkRows)].Id;

    /// <summary>The rows of the chunk that a row is in.</summary>
    private static async Task<IReadOnlyList<PromptRow>> ReadChunkAsync(IStore store, string job, JobPlan plan, long row, CancellationToken cancellationToken)
    {
        var chunk = (int)(row / plan.ChunkRows);
        var path = JobPaths.Prompts(job, chunk);
        var rows = await JobFiles.ReadPromptsAsync(store, job, chunk, plan.ChunkRows, cancellationToken).ConfigureAwait(false) ?? throw new InvalidDataException($"{path} is missing");
        var expected = Math.Min(plan.ChunkRows, plan.Rows - (long)chunk * plan.ChunkRows);
        return rows.Count == expected ? rows : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} has {rows.Count} rows; the plan gives it {expected}"));
    }
}
