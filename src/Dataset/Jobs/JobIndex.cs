using Atelier.Abstractions;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>
/// The names of the store's jobs, found without listing what is in them. In a directory a job is a folder that holds <c>job.json</c>. Elsewhere a
/// listing cannot skip a job's files, so that each job has an empty marker, <c>.jobs/{job}/created</c>, and a finished one a second,
/// <c>.jobs/{job}/finished</c>.
/// </summary>
public static class JobIndex
{
    /// <summary>First segment of the paths of models, which no job may have for its name.</summary>
    internal const string ModelsFolder = ".models";

    /// <summary>First segment of the paths of calibrations, which no job may have for its name either.</summary>
    internal const string CalibrationsFolder = ".calibrations";

    private const string Root = ".jobs";
    private const string Created = "created";
    private const string Finished = "finished";

    /// <summary>Refuses a name that no job may have.</summary>
    /// <param name="job">Name of the job.</param>
    /// <exception cref="InvalidInputException">Says what is wrong with it.</exception>
    public static void CheckName(string job)
    {
        try
        {
            StorePath.CheckName(job);
        }
        catch (ArgumentException invalid)
        {
            throw new InvalidInputException($"'{job}' cannot be the name of a job: {invalid.Message}", invalid);
        }
        if (job is Root or ModelsFolder or CalibrationsFolder)
            throw new InvalidInputException($"'{job}' cannot be the name of a job: the store keeps a list of jobs, models and calibrations there");
    }

    /// <summary>Enters a job, before its <c>job.json</c> is written. When the task completes, the entry is durable. Safe to repeat.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task AddAsync(IStore store, string job, CancellationToken cancellationToken = default) => MarkAsync(store, job, Created, cancellationToken);

    /// <summary>Notes that a job is completed or cancelled, so that it need not be looked at again. Safe to repeat, and not to do.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task FinishAsync(IStore store, string job, CancellationToken cancellationToken = default) => MarkAsync(store, job, Finished, cancellationToken);

    /// <summary>Takes a job out, once nothing else is left of it. Safe to repeat.</summary>
    internal static async Task RemoveAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        if (store is DirectoryStore) return;
        foreach (var mark in new[] { Finished, Created }) await store.DeleteAsync($"{Root}/{job}/{mark}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The jobs, in ordinal order of their names. A job that is being created may or may not be among them.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<IReadOnlyList<JobIndexEntry>> ListAsync(IStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store is DirectoryStore directory) return await Task.Run(() => ListFolders(directory), cancellationToken).ConfigureAwait(false);
        var jobs = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(Root + "/", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Path.Split('/') is [_, var job, var mark]) jobs[job] = mark == Finished || jobs.GetValueOrDefault(job);
        }
        return [.. jobs.Select(job => new JobIndexEntry(job.Key, job.Value))];
    }

    private static List<JobIndexEntry> ListFolders(DirectoryStore store) =>
    [
        .. store.JobFolders()
            .Select(job => new JobIndexEntry(job.Job, File.Exists(Path.Combine(job.Folder, "summary.json"))))
            .OrderBy(entry => entry.JobId, StringComparer.Ordinal),
    ];

    private static Task MarkAsync(IStore store, string job, string mark, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store is DirectoryStore ? Task.CompletedTask : store.TryCreateAsync($"{Root}/{job}/{mark}", default, cancellationToken);
    }
}
