using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Silo.Leasing;

/// <summary>Reads the job of a lease.</summary>
internal static class LeasedJob
{
    /// <summary>The job's record.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no such job, or it is another one of that name.</exception>
    public static async Task<JobRecord> ReadRecordAsync(IStore store, WorkLease lease, CancellationToken cancellationToken)
    {
        var record = await JobFiles.ReadRecordAsync(store, lease.JobId, cancellationToken);
        return record?.Incarnation == lease.Incarnation
            ? record
            : throw new InvalidOperationException($"job '{lease.JobId}' is not the one the lease was given for");
    }
}
