using System.Globalization;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Parts;

/// <summary>
/// The finished batches of a shard that is not finished, <c>parts/00000/{batch}-{binding}-{attempt}.part</c>: what a later attempt need not draw
/// again. The name holds the attempt, so that a part which turns out to be damaged, and as everything in a store stays as it is, never keeps a good
/// one from being written. Parts only save work: the shard's files are the same bytes with and without them.
/// </summary>
/// <param name="store">Where jobs live.</param>
/// <param name="attempt">The attempt that reads and writes them.</param>
public sealed class ShardParts(IStore store, ShardAttempt attempt)
{
    private const string Extension = ".part";

    private readonly Dictionary<int, List<string>> _found = [];

    /// <summary>Whether the shard has parts in the store, of this attempt or of earlier ones.</summary>
    public bool Any { get; private set; }

    /// <summary>Looks what earlier attempts left, by name alone.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task FindAsync(CancellationToken cancellationToken = default)
    {
        await foreach (var entry in store.ListAsync(JobPaths.Parts(attempt.Job, attempt.Shard), cancellationToken).ConfigureAwait(false))
        {
            Any = true;
            var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (dash < 1 || !int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var batch)) continue;
            if (!name.AsSpan(dash + 1).StartsWith(Key(batch).Binding, StringComparison.Ordinal)) continue;
            if (!_found.TryGetValue(batch, out var paths)) _found.Add(batch, paths = []);
            paths.Add(entry.Path);
        }
    }

    /// <summary>Whether an earlier attempt left something under the name of a batch; <see cref="ReadAsync"/> tells whether it is of use.</summary>
    /// <param name="batch">Zero-based number of the batch in the shard.</param>
    public bool Has(int batch) => _found.ContainsKey(batch);

    /// <summary>What earlier attempts drew of a batch; null where they left nothing whole, of this job and of this numerics class.</summary>
    /// <param name="batch">Zero-based number of the batch in the shard.</param>
    /// <param name="samples">Numbers of the batch's samples.</param>
    /// <param name="pixels">Pixels of one of the job's images.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<PartSample>?> ReadAsync(
        int batch, IReadOnlyList<long> samples, int pixels, CancellationToken cancellationToken = default)
    {
        foreach (var path in _found.GetValueOrDefault(batch, []))
        {
            var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
            if (content is not null && PartFile.Read(content, Key(batch)) is { } part && Fits(part, samples, pixels)) return part;
        }
        return null;
    }

    /// <summary>Keeps a finished batch. When the task completes, it is durable.</summary>
    /// <param name="batch">Zero-based number of the batch in the shard.</param>
    /// <param name="samples">What became of its samples.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store did not take it.</exception>
    public Task KeepAsync(int batch, IReadOnlyList<PartSample> samples, CancellationToken cancellationToken = default)
    {
        Any = true;
        var key = Key(batch);
        var name = string.Create(CultureInfo.InvariantCulture, $"{batch:D5}-{key.Binding}-{attempt.Attempt:N}{Extension}");
        return store.TryCreateAsync(JobPaths.Parts(attempt.Job, attempt.Shard) + name, PartFile.Write(key, samples), cancellationToken);
    }

    /// <summary>Deletes the parts of a shard, whoever wrote them; for shards that are promoted. Safe to repeat.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task RemoveAsync(IStore store, string job, int shard, CancellationToken cancellationToken = default) =>
        RemoveAsync(store, JobPaths.Parts(job, shard), cancellationToken);

    /// <summary>Deletes the parts of all shards of a job, which must all be promoted.</summary>
    internal static Task RemoveAllAsync(IStore store, string job, CancellationToken cancellationToken) =>
        RemoveAsync(store, JobPaths.Parts(job), cancellationToken);

    private static async Task RemoveAsync(IStore store, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var entry in store.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
    }

    private static bool Fits(IReadOnlyList<PartSample> part, IReadOnlyList<long> samples, int pixels) =>
        part.Select(sample => sample.Sample).SequenceEqual(samples)
        && part.All(sample => sample.Rgb is null ? sample.ErrorCode is not null : sample.ErrorCode is null && sample.Rgb.Length == 3 * pixels);

    private PartKey Key(int batch) => new(attempt.Incarnation, attempt.NumericsClass, attempt.Shard, batch);
}
