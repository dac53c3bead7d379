using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>
/// Writes and reads what workers of a job have in hand, <c>begun/draw-00000-{lease}.json</c>. Should a piece of work end its process, and the job grain
/// with it, this is what tells of it.
/// </summary>
public static class BegunWorkFiles
{
    /// <summary>Notes that the work begins.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease under which it is done.</param>
    /// <param name="begun">Who begins it, and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task AddAsync(IStore store, WorkLease lease, BegunWork begun, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryCreateAsync(PathOf(lease), JobJson.Write(begun, JobJson.File.BegunWork), cancellationToken);
    }

    /// <summary>Notes that the work is over; nothing happens where that was noted before.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease under which it was done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task RemoveAsync(IStore store, WorkLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.DeleteAsync(PathOf(lease), cancellationToken);
    }

    /// <summary>The work in hand: leases that say only which work of which job they were given for.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="incarnation">The job's incarnation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<WorkLease>> ListAsync(IStore store, string job, Guid incarnation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var leases = new List<WorkLease>();
        await foreach (var entry in store.ListAsync(JobPaths.Begun(job), cancellationToken).ConfigureAwait(false))
        {
            var parts = Path.GetFileNameWithoutExtension(entry.Path).Split('-');
            if (parts.Length == 3 && JobPaths.TryParseWork(parts, out var kind, out var shard) && Guid.TryParseExact(parts[2], "N", out var id))
                leases.Add(new WorkLease { Id = id, JobId = job, Incarnation = incarnation, Kind = kind, Shard = shard, Duration = TimeSpan.Zero });
        }
        return leases;
    }

    /// <summary>Name of the worker that began the work, or null when it is over.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">One that <see cref="ListAsync"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string?> ReadWorkerAsync(IStore store, WorkLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = PathOf(lease);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : JobJson.Read(content, JobJson.File.BegunWork, path).Worker;
    }

    /// <summary>Removes what nobody needs once the job is closed.</summary>
    internal static async Task RemoveAllAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        foreach (var lease in await ListAsync(store, job, Guid.Empty, cancellationToken).ConfigureAwait(false))
            await RemoveAsync(store, lease, cancellationToken).ConfigureAwait(false);
    }

    private static string PathOf(WorkLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return JobPaths.Begun(lease.JobId, lease.Kind, lease.Shard, lease.Id);
    }
}
