using System.Globalization;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Access;

/// <summary>What was done by whom, a create-only file each: <c>.audit/{yyyy-MM-dd}/{time}-{random}.json</c>, so that names are in the order of time. Days are UTC's.</summary>
public static class AuditFiles
{
    private const int RandomBytes = 4;
    private const int ReadsAtOnce = 32;
    private const string Damaged = "damaged";

    /// <summary>Writes a line. When the task completes, it is durable.</summary>
    /// <param name="store">The store.</param>
    /// <param name="line">The line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    public static async Task WriteAsync(IStore store, AuditLine line, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(line);
        var at = line.At.UtcDateTime;
        var name = string.Create(CultureInfo.InvariantCulture, $"{at:HHmmssfffffff}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}");
        var path = $"{Folder(DateOnly.FromDateTime(at))}{name}.json";
        if (!await store.TryCreateAsync(path, JobJson.Write(line, JobJson.File.AuditLine), cancellationToken).ConfigureAwait(false))
            throw new IOException($"{path} is there already");
    }

    /// <summary>Lines of a day, newest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="day">The day, in UTC.</param>
    /// <param name="before">Only what is older than the line of this name; null for the newest.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lines by name; a file that cannot be read is a line with the act <c>damaged</c>.</returns>
    public static async Task<IReadOnlyList<(string Name, AuditLine Line)>> ReadDayAsync(
        IStore store, DateOnly day, string? before, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var newest = new Queue<string>();
        await foreach (var entry in store.ListAsync(Folder(day), cancellationToken).ConfigureAwait(false))
        {
            if (before is not null && string.CompareOrdinal(Path.GetFileNameWithoutExtension(entry.Path), before) >= 0) break;
            newest.Enqueue(entry.Path);
            if (newest.Count > count) newest.Dequeue();
        }
        var paths = newest.Reverse().ToArray();
        var lines = new (string, AuditLine)[paths.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, paths.Length, options, async (place, cancel) =>
            lines[place] = (Path.GetFileNameWithoutExtension(paths[place]), await ReadAsync(store, paths[place], day, cancel).ConfigureAwait(false))).ConfigureAwait(false);
        return lines;
    }

    private static async Task<AuditLine> ReadAsync(IStore store, string path, DateOnly day, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } content) return JobJson.Read(content, JobJson.File.AuditLine, path);
        }
        catch (Exception damaged) when (damaged is InvalidInputException or InvalidDataException)
        {
            // Left out, it would be missed by nobody.
        }
        return new AuditLine { At = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), Who = "", Act = Damaged, Target = path };
    }

    private static string Folder(DateOnly day) => $"{JobIndex.AuditFolder}/{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}/";
}
