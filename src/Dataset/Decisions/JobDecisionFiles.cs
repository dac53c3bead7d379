using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Decisions;

/// <summary>Writes and reads the numbered decisions about a job. Numbers are consecutive from 0; a job about which nothing was decided has none.</summary>
public static class JobDecisionFiles
{
    /// <summary>Writes a state; of two that write one number, one wins.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="number">One more than the highest there is.</param>
    /// <param name="state">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether this call made the file.</returns>
    public static Task<bool> TryCreateAsync(IStore store, string job, int number, JobDecision state, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryCreateAsync(JobPaths.State(job, number), JobJson.Write(state, JobJson.File.JobDecision), cancellationToken);
    }

    /// <summary>Reads a state, or null when there is none of that number.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="number">Its number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The file is damaged.</exception>
    public static async Task<JobDecision?> ReadAsync(IStore store, string job, int number, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.State(job, number);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : JobJson.Read(content, JobJson.File.JobDecision, path);
    }

    /// <summary>The highest number there is, or -1.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<int> FindLastAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var last = -1;
        await foreach (var entry in store.ListAsync(JobPaths.States(job), cancellationToken).ConfigureAwait(false))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(entry.Path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                last = Math.Max(last, number);
        }
        return last;
    }
}
