using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Atelier.Grains.Dispatch;

/// <summary>Asks the active jobs in turn. Reentrant, since a job may register while it is being asked.</summary>
[Reentrant]
internal sealed partial class DispatcherGrain(ILogger<DispatcherGrain> logger) : Grain, IDispatcherGrain
{
    private readonly List<string> _jobs = [];
    private int _next;

    public Task Register(string jobId)
    {
        if (!_jobs.Contains(jobId)) _jobs.Add(jobId);
        return Task.CompletedTask;
    }

    public Task Unregister(string jobId)
    {
        _jobs.Remove(jobId);
        return Task.CompletedTask;
    }

    public async Task<WorkLease?> Acquire(WorkerInfo worker)
    {
        for (var left = _jobs.Count; left > 0; left--)
        {
            var job = _jobs.Count == 0 ? null : _jobs[_next++ % _jobs.Count];
            if (job is null) return null;
            try
            {
                if (await GrainFactory.GetGrain<IJobGrain>(job).Lease(worker) is { } lease) return lease;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                LogJobOutOfReach(lost, job);
            }
        }
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot be asked for work at present")]
    private partial void LogJobOutOfReach(Exception exception, string job);
}
