using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Removal;

/// <summary>
/// Removes a job from its store. First a state says so, durably: from then on nobody works on the job. Then goes <c>summary.json</c>, so that what is left is never taken for a finished
/// job; then all that the job made, its states, and last <c>job.json</c>: the name is free when nothing is left that another job of that name could take for its own.
/// </summary>
public static class JobDeletion
{
    private const int Tries = 20;

    /// <summary>Refuses a job that may be worked on: one that is neither finished nor cancelled. Asks files only; whoever can, asks its grain.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">It may be; the message says what to do.</exception>
    public static async Task CheckIsFinalAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await store.ReadAsync(JobPaths.Summary(job), cancellationToken).ConfigureAwait(false) is not null) return;
        var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken).ConfigureAwait(false);
        var state = last < 0 ? null : await JobDecisionFiles.ReadAsync(store, job, last, cancellationToken).ConfigureAwait(false);
        if (state?.Lifecycle is JobLifecycle.Cancelled or JobLifecycle.Deleted) return;
        throw new InvalidInputException($"job '{job}' is neither finished nor cancelled, and a cluster may be at work on it; cancel it first, or delete it by its name through its cluster");
    }

    /// <summary>Says that the job is being deleted. Durable when the task completes, safe to repeat.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be used.</exception>
    public static async Task BeginAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        for (var left = Tries; left > 0; left--)
        {
            var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken).ConfigureAwait(false);
            if (last >= 0 && await ReadAsync(store, job, last, cancellationToken).ConfigureAwait(false) is { Lifecycle: JobLifecycle.Deleted }) return;
            if (await JobDecisionFiles.TryCreateAsync(store, job, last + 1, new JobDecision { Lifecycle = JobLifecycle.Deleted }, cancellationToken).ConfigureAwait(false)) return;
        }
        throw new IOException($"others change job '{job}' all the time; try again");
    }

    /// <summary>Removes all files of the job, and those only. Safe to repeat, to run twice at once, and to be killed anywhere.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up; the job is gone for clusters, and the next call goes on.</param>
    /// <returns>How many files were removed, and how many are there that are not the job's, which stay.</returns>
    /// <exception cref="IOException">The store cannot be used.</exception>
    public static async Task<(int Removed, int Foreign)> DeleteAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        JobIndex.CheckName(job);
        var (removed, foreign) = (0, 0);
        await BeginAsync(store, job, cancellationToken).ConfigureAwait(false);
        if (await ExistsAsync(JobPaths.Summary(job)).ConfigureAwait(false)) await RemoveAsync(JobPaths.Summary(job)).ConfigureAwait(false);
        await foreach (var entry in store.ListAsync($"{job}/", cancellationToken).ConfigureAwait(false))
        {
            var kind = JobFile.Parse(job, entry.Path)?.Kind;
            if (kind is null) foreign++;
            else if (kind is not (JobFileKind.Record or JobFileKind.State or JobFileKind.Lock)) await RemoveAsync(entry.Path).ConfigureAwait(false);
        }
        // Not a state before a later one, of which the last says what is going on.
        await foreach (var entry in store.ListAsync(JobPaths.States(job), cancellationToken).ConfigureAwait(false))
            if (JobFile.Parse(job, entry.Path) is { Kind: JobFileKind.State }) await RemoveAsync(entry.Path).ConfigureAwait(false);
        if (await ExistsAsync(JobPaths.Record(job)).ConfigureAwait(false)) await RemoveAsync(JobPaths.Record(job)).ConfigureAwait(false);
        await JobIndex.RemoveAsync(store, job, cancellationToken).ConfigureAwait(false);
        await store.RemoveEmptyFoldersAsync(job, cancellationToken).ConfigureAwait(false);
        return (removed, foreign);

        async Task RemoveAsync(string path)
        {
            await store.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
            removed++;
        }

        async Task<bool> ExistsAsync(string path)
        {
            var file = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
            if (file is null) return false;
            await file.DisposeAsync().ConfigureAwait(false);
            return true;
        }
    }

    // A state that is damaged must not keep the job from being removed.
    private static async Task<JobDecision?> ReadAsync(IStore store, string job, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await JobDecisionFiles.ReadAsync(store, job, number, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
