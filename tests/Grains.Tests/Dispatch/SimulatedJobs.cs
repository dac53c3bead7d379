using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Dispatch;

namespace Atelier.Grains.Tests.Dispatch;

/// <summary>Jobs that answer when and as a test says.</summary>
internal sealed class SimulatedJobs : IDispatchedJobs
{
    /// <summary>Calls that are not answered, in their order.</summary>
    public List<(string Job, WorkerInfo Worker, TaskCompletionSource<WorkLease?> Answer)> Asked { get; } = [];

    public List<WorkLease> GivenBack { get; } = [];

    public List<string> Lost { get; } = [];

    public HashSet<string> Dead { get; } = [];

    public static WorkerInfo Worker(string name, string device = "cpu") => new(Guid.NewGuid(), name, device) { Silo = "silo of " + name };

    public static JobDemand Demand(string job, int open) => new() { JobId = job, Scheduling = new JobScheduling(), ModelDigest = "", Open = open, ShardSamples = 1 };

    public static WorkLease Lease(string job, WorkerInfo worker) => new()
    {
        Id = Guid.NewGuid(),
        JobId = job,
        Incarnation = Guid.Empty,
        Kind = WorkKind.Draw,
        Shard = 0,
        Duration = TimeSpan.Zero,
        Samples = 1,
        Worker = worker,
    };

    public Task<WorkLease?> AskAsync(string job, WorkerInfo worker)
    {
        var answer = new TaskCompletionSource<WorkLease?>();
        Asked.Add((job, worker, answer));
        return answer.Task;
    }

    // A call that finds itself cancelled is on another thread.
    public void GiveBack(WorkLease lease)
    {
        lock (GivenBack) GivenBack.Add(lease);
    }

    public bool IsGone(WorkerInfo worker) => Dead.Contains(worker.Name);

    public void NoteLoss(Exception exception, string job) => Lost.Add(job);

    /// <summary>Answers the call that has waited longest.</summary>
    public WorkLease Give(int place = 0)
    {
        var (job, worker, answer) = Take(place);
        var lease = Lease(job, worker);
        answer.SetResult(lease);
        return lease;
    }

    public void Refuse(int place = 0) => Take(place).Answer.SetResult(null);

    public void Fail(Exception fault) => Take(0).Answer.SetException(fault);

    public (string Job, WorkerInfo Worker, TaskCompletionSource<WorkLease?> Answer) Take(int place)
    {
        var asked = Asked[place];
        Asked.RemoveAt(place);
        return asked;
    }
}
