using System.Collections.Immutable;
using System.Globalization;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Attempts;

/// <summary>
/// Writes and reads what a job's store says of attempts, a lease being one: that work was begun, and how it ended badly. Names alone count, so that a listing tells
/// everything; should a piece of work end its process, and the job grain with it, what was begun tells of it.
/// </summary>
public static class AttemptFiles
{
    private const int MostFailures = 100;

    /// <summary>Notes that the work of a lease begins.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="note">Who begins it, and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task BeginAsync(IStore store, WorkLease lease, AttemptNote note, CancellationToken cancellationToken = default) =>
        WriteAsync(store, Of(lease, AttemptFileKind.Begun), lease.JobId, note, cancellationToken);

    /// <summary>Notes that the work of a lease is over; nothing happens where that was noted before.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task EndAsync(IStore store, WorkLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.DeleteAsync(Of(lease, AttemptFileKind.Begun).PathIn(lease.JobId), cancellationToken);
    }

    /// <summary>Counts a failure, once for its lease. When the task completes, it is durable.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease under which it happened.</param>
    /// <param name="isLoss">Whether the worker was lost, rather than that it reported a failure.</param>
    /// <param name="round">How often failed work was put back before.</param>
    /// <param name="note">Who failed, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The file that counts it.</returns>
    public static async Task<AttemptFile> FailAsync(IStore store, WorkLease lease, bool isLoss, int round, AttemptNote note, CancellationToken cancellationToken = default)
    {
        var file = Of(lease, isLoss ? AttemptFileKind.Lost : AttemptFileKind.Failed) with { Round = round };
        await WriteAsync(store, file, lease.JobId, note, cancellationToken).ConfigureAwait(false);
        return file;
    }

    /// <summary>All files of the job's attempts, by their names; opens none.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<AttemptFile>> ListAsync(IStore store, string job, CancellationToken cancellationToken = default) =>
        ListAsync(store, job, AttemptFile.Folder(job), cancellationToken);

    /// <summary>The files of the attempts at one shard, its promotion too; lists no others.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<AttemptFile>> ListAsync(IStore store, string job, int shard, CancellationToken cancellationToken = default)
    {
        // Longer numbers may begin with the same digits.
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{AttemptFile.Folder(job)}{shard:D5}");
        return [.. (await ListAsync(store, job, prefix, cancellationToken).ConfigureAwait(false)).Where(file => file.Shard == shard)];
    }

    /// <summary>What the note of a failure or of begun work says; null when there is none.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="file">The note.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AttemptNote?> ReadAsync(IStore store, string job, AttemptFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = file.PathIn(job);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : JobJson.Read(content, JobJson.File.AttemptNote, path);
    }

    /// <summary>The attempts at a shard that ended badly, in the order of their ends; at most 100.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ImmutableArray<FailedAttempt>> ReadFailuresAsync(IStore store, string job, int shard, CancellationToken cancellationToken = default)
    {
        var failures = new List<FailedAttempt>();
        foreach (var file in (await ListAsync(store, job, shard, cancellationToken).ConfigureAwait(false)).Where(file => file.IsFailure).Take(MostFailures))
        {
            if (await ReadAsync(store, job, file, cancellationToken).ConfigureAwait(false) is { } note)
                failures.Add(new FailedAttempt(file.Attempt, file.Work, file.Kind == AttemptFileKind.Lost, note.Worker, note.Code, note.Reason, note.At));
        }
        return [.. failures.OrderBy(failure => failure.At)];
    }

    /// <summary>The note that the work of a lease was begun.</summary>
    /// <param name="lease">The lease.</param>
    public static AttemptFile Begun(WorkLease lease) => Of(lease, AttemptFileKind.Begun);

    private static async Task<IReadOnlyList<AttemptFile>> ListAsync(IStore store, string job, string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var files = new List<AttemptFile>();
        await foreach (var entry in store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            if (AttemptFile.Parse(job, entry.Path) is { } file) files.Add(file);
        return files;
    }

    private static Task<bool> WriteAsync(IStore store, AttemptFile file, string job, AttemptNote note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryCreateAsync(file.PathIn(job), JobJson.Write(note, JobJson.File.AttemptNote), cancellationToken);
    }

    private static AttemptFile Of(WorkLease lease, AttemptFileKind kind)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return new AttemptFile(lease.Kind, lease.Shard, lease.Id, kind);
    }
}
