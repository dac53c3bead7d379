using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Labels;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Catalogue;

/// <summary>
/// The names of the store's jobs, found without listing what is in them, which a listing of blobs could not skip: each job has an empty marker,
/// <c>.jobs/{job}/created</c>, and an ended one a second, <c>.jobs/{job}/finished</c>, that says how it ended. Where the store can tell its folders, one that
/// holds <c>job.json</c> is a job without any marker too: people copy and move the folders of jobs.
/// </summary>
public static class JobIndex
{
    /// <summary>First segment of the paths of markers, which no job may have for its name.</summary>
    internal const string Folder = ".jobs";

    /// <summary>First segment of the paths of models, which no job may have for its name either.</summary>
    internal const string ModelsFolder = ".models";

    /// <summary>First segment of the paths of calibrations, nor that.</summary>
    internal const string CalibrationsFolder = ".calibrations";

    /// <summary>First segment of the paths of uploaded lists, nor that.</summary>
    internal const string UploadsFolder = ".uploads";

    /// <summary>First segment of the paths of access keys, nor that.</summary>
    internal const string AccessFolder = ".access";

    /// <summary>First segment of the paths of what was done by whom, nor that.</summary>
    internal const string AuditFolder = ".audit";

    /// <summary>First segment of the paths of what people have written on jobs, nor that.</summary>
    internal const string LabelsFolder = ".labels";

    private const string Created = "created";
    private const string Finished = "finished";

    // A marker is some 200 bytes: on a store across a network it is the waiting that takes time.
    private const int ReadsAtOnce = 32;

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
        if (IsTaken(job))
            throw new InvalidInputException($"'{job}' cannot be the name of a job: the store keeps something else there");
    }

    /// <summary>Whether a job may have a name.</summary>
    /// <param name="job">Any text.</param>
    public static bool IsName(string job)
    {
        try
        {
            CheckName(job);
            return true;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>
    /// Enters a job, before its <c>job.json</c> is written. When the task completes, the entry is durable. Safe to repeat. What is noted of an earlier job of the
    /// name is removed: somebody may have removed its folder by hand.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task AddAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await store.DeleteAsync(Marker(job, Finished), cancellationToken).ConfigureAwait(false);
        await store.TryCreateAsync(Marker(job, Created), default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes how a job ended, so that it need not be looked at again. The first note stays. Safe to repeat, and not to do.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task FinishAsync(IStore store, string job, JobOutcome outcome, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryCreateAsync(Marker(job, Finished), JobJson.Write(outcome, JobJson.Line.JobOutcome), cancellationToken);
    }

    /// <summary>How a job ended; null where its marker is missing, empty or damaged, and only the job itself tells. One small read.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<JobOutcome?> ReadOutcomeAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = Marker(job, Finished);
        try
        {
            return await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { Length: > 0 } content
                && JobJson.Read(content, JobJson.Line.JobOutcome, path) is { IsPossible: true } outcome ? outcome : null;
        }
        catch (Exception damaged) when (damaged is InvalidInputException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>How jobs ended, in their order, read a few at a time; null for those that are not finished, and as in <see cref="ReadOutcomeAsync"/>.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="jobs">A page of the listing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<IReadOnlyList<JobOutcome?>> ReadOutcomesAsync(
        IStore store, IReadOnlyList<JobIndexEntry> jobs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var outcomes = new JobOutcome?[jobs.Count];
        await Parallel.ForAsync(
            0, jobs.Count, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
            async (place, cancel) =>
            {
                if (jobs[place].IsFinished) outcomes[place] = await ReadOutcomeAsync(store, jobs[place].JobId, cancel).ConfigureAwait(false);
            }).ConfigureAwait(false);
        return outcomes;
    }

    /// <summary>Takes a job out, once nothing else is left of it. Safe to repeat.</summary>
    internal static async Task RemoveAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        await JobLabelFiles.RemoveAsync(store, job, cancellationToken).ConfigureAwait(false);
        foreach (var mark in new[] { Finished, Created }) await store.DeleteAsync(Marker(job, mark), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All jobs, in ordinal order of their names. A job that is being created may or may not be among them.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static Task<IReadOnlyList<JobIndexEntry>> ListAsync(IStore store, CancellationToken cancellationToken = default) =>
        ListAsync(store, after: null, int.MaxValue, cancellationToken);

    /// <summary>Some jobs, in ordinal order of their names. No job is looked into that has a marker: this is a listing of two names a job.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="after">The name to go on after; null to begin.</param>
    /// <param name="count">How many at most; fewer are the last.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<IReadOnlyList<JobIndexEntry>> ListAsync(IStore store, string? after, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        // True where the job is finished; null where no marker says that there is a job. Ordered here, as '-' comes before the '/' of paths.
        var jobs = new SortedDictionary<string, bool?>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(Folder + "/", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Path.Split('/') is not [_, var job, var mark] || mark is not (Created or Finished) || !IsAsked(job)) continue;
            // An empty marker does not say how the job ended.
            jobs[job] = (mark == Finished && entry.Length > 0) || jobs.GetValueOrDefault(job) == true;
        }
        var folders = await store.ListFoldersAsync(cancellationToken).ToHashSetAsync(StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
        foreach (var folder in folders.Where(IsAsked)) jobs.TryAdd(folder, null);

        var page = new List<JobIndexEntry>();
        foreach (var (job, isFinished) in jobs)
        {
            if (page.Count == count) break;
            // Where folders are told, that of the markers is among them; a marked job that is not there was removed by hand, or is not made yet.
            if (folders.Contains(Folder) && !folders.Contains(job)) continue;
            if (isFinished is { } known) page.Add(new(job, known));
            else if (await ExistsAsync(store, JobPaths.Record(job), cancellationToken).ConfigureAwait(false))
                page.Add(new(job, await ExistsAsync(store, JobPaths.Summary(job), cancellationToken).ConfigureAwait(false)));
        }
        return page;

        bool IsAsked(string name) => string.CompareOrdinal(name, after) > 0 && !IsTaken(name);
    }

    private static async Task<bool> ExistsAsync(IStore store, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadRangeAsync(path, 0, 0, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (Exception unusable) when (unusable is InvalidDataException or UnauthorizedAccessException)
        {
            // What has the name is no file, or nobody's to read: in any folder there may be anything.
            return false;
        }
    }

    private static bool IsTaken(string name) => name is Folder or ModelsFolder or CalibrationsFolder or UploadsFolder or AccessFolder or AuditFolder or LabelsFolder;

    private static string Marker(string job, string mark) => $"{Folder}/{job}/{mark}";
}
