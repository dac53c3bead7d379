using System.Globalization;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>
/// Writes and reads the faults of a job, <c>faults/draw-00000-0-{lease}.json</c>: kind of work, shard, how often failed work had been put back, lease,
/// and whether its worker was lost. The names alone count them.
/// </summary>
public static class ShardFaultFiles
{
    /// <summary>Counts a fault, once for its lease. When the task completes, it is durable.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease under which it happened.</param>
    /// <param name="retries">How often failed work was put back before.</param>
    /// <param name="fault">What happened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreateAsync(IStore store, WorkLease lease, int retries, ShardFault fault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(fault);
        var path = JobPaths.Fault(lease.JobId, lease.Kind, lease.Shard, retries, lease.Id, fault.IsLoss);
        return store.TryCreateAsync(path, JobJson.Write(fault, JobJson.File.ShardFault), cancellationToken);
    }

    /// <summary>The faults that count: kind and shard of the work, the lease, and whether its worker was lost. Opens no file.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="retries">How often failed work was put back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<(WorkKind Kind, int Shard, Guid Lease, bool IsLoss)>> ListAsync(
        IStore store, string job, int retries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var faults = new List<(WorkKind, int, Guid, bool)>();
        await foreach (var entry in store.ListAsync(JobPaths.Faults(job), cancellationToken).ConfigureAwait(false))
        {
            var parts = Path.GetFileNameWithoutExtension(entry.Path).Split('-');
            var isLoss = parts.Length == 5 && parts[4] == JobPaths.Loss;
            if ((isLoss || parts.Length == 4) && JobPaths.TryParseWork(parts, out var kind, out var shard)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var put) && put == retries
                && Guid.TryParseExact(parts[3], "N", out var lease))
            {
                faults.Add((kind, shard, lease, isLoss));
            }
        }
        return faults;
    }

    /// <summary>Reads a fault, or null when there is none.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="retries">How often failed work was put back before it.</param>
    /// <param name="fault">One that <see cref="ListAsync"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ShardFault?> ReadAsync(
        IStore store, string job, int retries, (WorkKind Kind, int Shard, Guid Lease, bool IsLoss) fault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.Fault(job, fault.Kind, fault.Shard, retries, fault.Lease, fault.IsLoss);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : JobJson.Read(content, JobJson.File.ShardFault, path);
    }
}
