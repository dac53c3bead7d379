using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Dispatch;

/// <summary>The job grains of the cluster.</summary>
internal sealed partial class ClusterJobs(IGrainFactory grains, IClusterMembershipService membership, ILogger logger) : IDispatchedJobs
{
    private readonly DeadSilos _deadSilos = new(membership);

    public async Task<WorkLease?> AskAsync(string job, WorkerInfo worker) => await grains.GetGrain<IJobGrain>(job).Lease(worker);

    public void GiveBack(WorkLease lease) => _ = GiveBackAsync(lease);

    public bool IsGone(WorkerInfo worker) => _deadSilos.Include(worker);

    public void NoteLoss(Exception exception, string job) => LogJobOutOfReach(exception, job);

    private async Task GiveBackAsync(WorkLease lease)
    {
        try
        {
            await grains.GetGrain<IJobGrain>(lease.JobId).Return(lease, fault: null);
        }
#pragma warning disable CA1031 // The lease expires by itself.
        catch (Exception lost)
#pragma warning restore CA1031
        {
            LogJobOutOfReach(lost, lease.JobId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot be asked for work at present")]
    private partial void LogJobOutOfReach(Exception exception, string job);
}
