using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Dispatch;

/// <summary>The jobs and workers of the cluster, as the dispatcher calls them.</summary>
internal interface IDispatchedJobs
{
    /// <summary>Asks a job for work; whatever is thrown comes in the task.</summary>
    Task<WorkLease?> AskAsync(string job, WorkerInfo worker);

    /// <summary>Gives back what nobody waits for any more; goes on by itself.</summary>
    void GiveBack(WorkLease lease);

    /// <summary>Whether a worker is known to be dead.</summary>
    bool IsGone(WorkerInfo worker);

    /// <summary>Is told that a job could not be asked.</summary>
    void NoteLoss(Exception exception, string job);
}
