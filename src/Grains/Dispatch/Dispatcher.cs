using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Dispatch;

/// <summary>
/// Brings workers that wait together with jobs that have work, the worker that has waited longest first. It starts calls and is told of what happens, by one
/// thread at a time; it knows no cluster.
/// </summary>
/// <param name="wait">How long a call for work may wait; none is answered at once.</param>
/// <param name="time">The time.</param>
/// <param name="jobs">The jobs, as they are called.</param>
internal sealed class Dispatcher(TimeSpan wait, TimeProvider time, IDispatchedJobs jobs)
{
    /// <summary>How long a job may take to answer. After that others are asked, and what it gives is given back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SchedulingPolicy _policy = new();
    private readonly Dictionary<string, DemandingJob> _jobs = [];
    private readonly LinkedList<WaitingWorker> _waiting = [];
    private bool _isServing;
    private bool _hasChanged;

    /// <summary>Calls that wait.</summary>
    public int Waiting => _waiting.Count(worker => !worker.Reply.Task.IsCompleted);

    /// <summary>A job says what it wants: whoever waits may get it.</summary>
    public void Register(JobDemand demand)
    {
        if (!_jobs.TryGetValue(demand.JobId, out var job)) _jobs.Add(demand.JobId, job = new DemandingJob(demand.JobId, time));
        job.Announce(demand.Open);
        _policy.Set(demand.JobId, demand.Scheduling, demand.ModelDigest, demand.ShardSamples, demand.Open > 0);
        if (demand.Open > 0) Serve();
    }

    public void Unregister(string jobId)
    {
        _jobs.Remove(jobId);
        _policy.Remove(jobId);
    }

    /// <summary>A lease, as soon as a job has one for this worker; null when the wait is over.</summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="cancellationToken">Says that nobody waits any more: what a job gives then is given back.</param>
    public async Task<WorkLease?> AcquireAsync(WorkerInfo worker, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new WaitingWorker(worker, time.GetTimestamp());
        using var leaving = cancellationToken.Register(() => waiting.Reply.TrySetCanceled(cancellationToken));
        _waiting.AddLast(waiting);
        Serve();
        var lease = await waiting.Reply.Task;
        if (lease is null || !cancellationToken.IsCancellationRequested) return lease;
        jobs.GiveBack(lease);
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Asks the jobs that may be asked for those who wait, and ends the waits that are over. Called whenever something has changed, and a few times a second.</summary>
    public void Serve()
    {
        _hasChanged = true;
        // A job may answer at once, while the list is gone through.
        if (_isServing) return;
        _isServing = true;
        try
        {
            while (_hasChanged)
            {
                _hasChanged = false;
                ServeOnce();
            }
        }
        finally
        {
            _isServing = false;
        }
    }

    private void ServeOnce()
    {
        // Workers of one kind get one answer.
        var idle = new HashSet<WorkerKind>();
        for (var node = _waiting.First; node is not null;)
        {
            var (waiting, next) = (node.Value, node.Next);
            if (waiting is { IsAsking: false, Reply.Task.IsCompleted: false })
            {
                if (idle.Contains(waiting.Kind)) EndIfOver(waiting);
                else if (Find(waiting) is not { } job)
                {
                    idle.Add(waiting.Kind);
                    EndIfOver(waiting);
                }
                else if (jobs.IsGone(waiting.Info)) waiting.Reply.TrySetResult(null);
                else _ = AskAsync(waiting, job);
            }
            if (waiting.Reply.Task.IsCompleted) _waiting.Remove(node);
            node = next;
        }
    }

    private void EndIfOver(WaitingWorker waiting)
    {
        if (time.GetElapsedTime(waiting.Since) >= wait) waiting.Reply.TrySetResult(null);
    }

    private DemandingJob? Find(WaitingWorker waiting)
    {
        foreach (var id in _policy.Order(waiting.Info.ModelDigest))
        {
            if (_jobs.TryGetValue(id, out var job) && job.MayBeAsked(waiting.Kind)) return job;
        }
        return null;
    }

    private async Task AskAsync(WaitingWorker waiting, DemandingJob job)
    {
        job.Ask();
        waiting.IsAsking = true;
        // Whoever begins it is in the middle of its list.
        var call = jobs.AskAsync(job.Id, waiting.Info);
        try
        {
            if (await call.WaitAsync(Patience, time) is { } lease) Give(waiting, job, lease);
            else job.Refuse(waiting.Kind);
        }
#pragma warning disable CA1031 // Whatever is wrong with one job must not end the asking of others.
        catch (Exception lost)
#pragma warning restore CA1031
        {
            job.Lose();
            jobs.NoteLoss(lost, job.Id);
            if (!call.IsCompleted) _ = GiveBackLateAsync(call);
        }
        waiting.IsAsking = false;
        Serve();
    }

    private void Give(WaitingWorker waiting, DemandingJob job, WorkLease lease)
    {
        job.Give();
        _policy.Charge(job.Id, lease.Samples);
        if (job.Open == 0) _policy.SetWaiting(job.Id, false);
        if (jobs.IsGone(waiting.Info) || !waiting.Reply.TrySetResult(lease)) jobs.GiveBack(lease);
    }

    private async Task GiveBackLateAsync(Task<WorkLease?> call)
    {
        try
        {
            if (await call is { } lease) jobs.GiveBack(lease);
        }
#pragma warning disable CA1031 // That this call failed was noted when it was late.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
