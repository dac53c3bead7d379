using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Uploads;

/// <summary>
/// Prompt lists in a store that are no jobs yet, in chunks as jobs have them, <c>.uploads/{id}/prompts/00000.jsonl</c>: so a list is checked once, whoever looks at it before
/// he submits it. The id tells when a list was begun, and with it when it goes.
/// </summary>
public static class UploadedLists
{
    private const string TimeForm = "yyyyMMddHHmmss";
    private const int RandomBytes = 8;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>How long a list stays.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(24);

    /// <summary>An id for a list, which nobody can guess.</summary>
    /// <param name="now">The time.</param>
    public static string NewId(DateTimeOffset now) =>
        $"{now.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}";

    /// <summary>Writes the rows, in memory a chunk at a time. They are no list before <see cref="CompleteAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Id of the list.</param>
    /// <param name="rows">Rows in order.</param>
    /// <param name="keep">Asked before each chunk; where it says no, nothing more is written, but the rows are read to their end.</param>
    /// <param name="cancellationToken">Gives up; what was written goes with time.</param>
    /// <returns>How many there are.</returns>
    public static async Task<long> WriteRowsAsync(IStore store, string id, IAsyncEnumerable<PromptRow> rows, Func<bool> keep, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(keep);
        var (chunk, count) = (new List<PromptRow>(JobLimits.ChunkRows), 0L);
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            chunk.Add(row);
            count++;
            if (chunk.Count == JobLimits.ChunkRows) await FlushAsync().ConfigureAwait(false);
        }
        if (chunk.Count > 0) await FlushAsync().ConfigureAwait(false);
        return count;

        async Task FlushAsync()
        {
            if (keep()) await JobFiles.TryCreatePromptsAsync(store, Folder(id), (int)((count - 1) / JobLimits.ChunkRows), chunk, cancellationToken).ConfigureAwait(false);
            chunk.Clear();
        }
    }

    /// <summary>Makes the rows a list. When the task completes, it is durable.</summary>
    /// <param name="store">The store.</param>
    /// <param name="list">The list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task CompleteAsync(IStore store, UploadedList list, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(list);
        return store.TryCreateAsync(ListPath(list.Id), JobJson.Write(list, JobJson.File.UploadedList), cancellationToken);
    }

    /// <summary>A list; null where there is none of that id, or no more.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Id of the list: any text.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Abstractions.InvalidInputException">The list's file is damaged.</exception>
    public static async Task<UploadedList?> FindAsync(IStore store, string id, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (BegunAt(id) is not { } begun || begun + Lifetime <= now) return null;
        return await store.ReadAsync(ListPath(id), cancellationToken).ConfigureAwait(false) is { } content
            ? JobJson.Read(content, JobJson.File.UploadedList, ListPath(id))
            : null;
    }

    /// <summary>The rows of a list, in order; a chunk is in memory at a time.</summary>
    /// <param name="store">The store.</param>
    /// <param name="list">The list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">A chunk is missing: the list has expired meanwhile.</exception>
    public static async IAsyncEnumerable<PromptRow> ReadRowsAsync(IStore store, UploadedList list, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(list);
        for (var chunk = 0; (long)chunk * JobLimits.ChunkRows < list.Rows; chunk++)
        {
            var rows = await JobFiles.ReadPromptsAsync(store, Folder(list.Id), chunk, JobLimits.ChunkRows, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException($"{JobPaths.Prompts(Folder(list.Id), chunk)} is missing");
            foreach (var row in rows) yield return row;
        }
    }

    /// <summary>Removes all of a list.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Id of the list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RemoveAsync(IStore store, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (BegunAt(id) is null) return;
        // First what makes it a list.
        await store.DeleteAsync(ListPath(id), cancellationToken).ConfigureAwait(false);
        var paths = await store.ListAsync(Folder(id) + "/", cancellationToken).Select(entry => entry.Path).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var path in paths) await store.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what is too old, whether it became a list or not. Safe to repeat, and to run several times at once.</summary>
    /// <param name="store">The store.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RemoveExpiredAsync(IStore store, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var expired = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(JobIndex.UploadsFolder + "/", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Path.Split('/') is not [_, var id, ..] || BegunAt(id) is not { } begun) continue;
            // In the order of time.
            if (begun + Lifetime > now) break;
            expired.Add(id);
        }
        foreach (var id in expired) await RemoveAsync(store, id, cancellationToken).ConfigureAwait(false);
    }

    private static string Folder(string id) => $"{JobIndex.UploadsFolder}/{id}";

    private static string ListPath(string id) => $"{Folder(id)}/list.json";

    /// <summary>When a list was begun; null where the text is no id of one.</summary>
    private static DateTimeOffset? BegunAt(string id) =>
        id.Length == TimeForm.Length + 1 + 2 * RandomBytes && id[TimeForm.Length] == '-' && id.AsSpan(TimeForm.Length + 1).IndexOfAnyExcept(HexDigits) < 0
        && DateTimeOffset.TryParseExact(id.AsSpan(0, TimeForm.Length), TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var begun) ? begun : null;
}
