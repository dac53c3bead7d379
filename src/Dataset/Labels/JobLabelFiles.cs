using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Labels;

/// <summary>
/// Writes and reads what people have written on jobs. It is in a folder of its own beside the jobs, so that one listing tells of all of them; a change is a new file, and of two
/// that change at once the second reads what the first has written.
/// </summary>
public static class JobLabelFiles
{
    /// <summary>Changes what is written on a job. When the task completes, it is durable. Nothing is written where the change changes nothing.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="created">When the job was created.</param>
    /// <param name="by">Who writes.</param>
    /// <param name="now">The time.</param>
    /// <param name="change">Makes what is to be of what is; null where nothing was written on this job. Only labels and note are taken; may be called several times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What holds then; null where nothing does.</returns>
    public static async Task<JobLabels?> ChangeAsync(
        IStore store, string job, DateTimeOffset created, string by, DateTimeOffset now, Func<JobLabels?, JobLabels?> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            var number = -1;
            await foreach (var entry in store.ListAsync($"{JobIndex.LabelsFolder}/{job}/", cancellationToken).ConfigureAwait(false))
                if (Parse(entry.Path) is { } version) number = Math.Max(number, version.Number);
            var last = number < 0 ? null : await ReadAsync(store, job, number, cancellationToken).ConfigureAwait(false);
            var known = last?.JobCreated == created ? last : null;
            if (change(known) is not { } wanted || (known is not null && wanted.Note == known.Note && wanted.Labels.SequenceEqual(known.Labels))) return known;
            var next = wanted with { JobCreated = created, By = by, Changed = now };
            if (await store.TryCreateAsync(PathOf(job, number + 1), JobJson.Write(next, JobJson.File.JobLabels), cancellationToken).ConfigureAwait(false)) return next;
        }
    }

    /// <summary>The newest version of each job that has any.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Numbers by jobs.</returns>
    public static async Task<Dictionary<string, int>> ListAsync(IStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(JobIndex.LabelsFolder + "/", cancellationToken).ConfigureAwait(false))
            if (Parse(entry.Path) is { } version) newest[version.Job] = Math.Max(version.Number, newest.GetValueOrDefault(version.Job));
        return newest;
    }

    /// <summary>A version, which never changes; null where it is gone or damaged: nothing but the finding of jobs depends on it.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="number">Number of the version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<JobLabels?> ReadAsync(IStore store, string job, int number, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = PathOf(job, number);
        try
        {
            return await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } content ? JobJson.Read(content, JobJson.File.JobLabels, path) : null;
        }
        catch (Exception damaged) when (damaged is InvalidInputException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Removes all that was written on a job. Safe to repeat.</summary>
    internal static async Task RemoveAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        var all = await store.ListAsync($"{JobIndex.LabelsFolder}/{job}/", cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        // The last goes first: what was written before must not hold again.
        foreach (var entry in Enumerable.Reverse(all)) await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
    }

    private static string PathOf(string job, int number) => string.Create(CultureInfo.InvariantCulture, $"{JobIndex.LabelsFolder}/{job}/{number:D5}.json");

    private static (string Job, int Number)? Parse(string path) =>
        path.Split('/') is [_, var job, var file] && file.EndsWith(".json", StringComparison.Ordinal)
        && int.TryParse(file[..^".json".Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (job, number) : null;
}
