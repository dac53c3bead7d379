using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Committing;
using Atelier.Grains.Describing;
using Atelier.Grains.Events;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>
/// A job as a state machine: requests and the passing of time go in, operations on the store and replies come out. It waits for nothing and starts nothing: a grain carries it
/// in a cluster, and a test through any interleaving. What it knows may be lost at any moment; the store has all of it.
/// </summary>
internal sealed class JobMachine
{
    private readonly JobContext _context;

    public JobMachine(string id, TimeProvider time, Func<WorkerInfo, bool> isDead, Func<Guid> newId, ILogger logger)
    {
        _context = new JobContext(id, time, isDead, newId, logger);
        Recovery = new JobRecovery(_context);
        Deciding = new JobDeciding(_context);
        Staging = new JobStaging(_context, Recovery, Deciding);
        Leasing = new ShardLeasing(_context, Recovery);
        Commits = new ShardCommits(_context, Recovery, Deciding);
        Describing = new JobDescribing(_context);
        Looking = new ShardLooking(_context, Recovery);
    }

    public JobRecovery Recovery { get; }

    public JobStaging Staging { get; }

    public JobDeciding Deciding { get; }

    public ShardLeasing Leasing { get; }

    public ShardCommits Commits { get; }

    public JobDescribing Describing { get; }

    public ShardLooking Looking { get; }

    /// <summary>What has happened.</summary>
    public JobEvents Events => _context.Events;

    public string Id => _context.Id;

    /// <summary>What is known; null when there is no such job, or it has not been read yet.</summary>
    public JobState? Job => _context.Job;

    /// <summary>Whether the store answers.</summary>
    public StoreHealth Health => _context.Health;

    /// <summary>Flows that nobody waits for, to be begun a few at a time.</summary>
    public Queue<IEnumerable<StoreOperation>> Background => _context.Background;

    /// <summary>Whether something happens to the job as time passes: <see cref="LookAfter"/> is to be called every few seconds.</summary>
    public bool IsWorking => Job is { Status: JobStatus.Running } or { IsDeleted: true } or { Ledger.Leased: > 0, IsClosed: false };

    /// <summary>What the job wants of workers; null when it wants nothing.</summary>
    public JobDemand? Demand => Job is { Status: JobStatus.Running } job ? job.Demand : null;

    /// <summary>A request; where there seems to be no job, it is looked for once more, since another activation may have created it.</summary>
    public IEnumerable<StoreOperation> Request(Func<IEnumerable<StoreOperation>> begin)
    {
        if (Job is null)
        {
            foreach (var operation in Recovery.Read()) yield return operation;
        }
        foreach (var operation in begin()) yield return operation;
    }

    /// <summary>Catches up with other activations and ends what is lost.</summary>
    public IEnumerable<StoreOperation> LookAfter()
    {
        if (Job is { IsDeleted: true }) Background.Enqueue(Deciding.RemoveFiles());
        // Another activation may have created or started the job, and be gone.
        if (Job is null)
        {
            foreach (var operation in Recovery.Read()) yield return operation;
        }
        if (Job is not { IsClosed: false, IsDeleted: false } job) yield break;
        foreach (var operation in job.Decisions.Poll()) yield return operation;
        foreach (var operation in Recovery.EnsureStarted(job)) yield return operation;
        if (job.Ledger is null) yield break;
        Leasing.EndLost(job, looksAtAll: true);
        foreach (var operation in Leasing.FollowBatch(job)) yield return operation;
        foreach (var operation in Deciding.Follow(job)) yield return operation;
        if (job.Status != JobStatus.Running) yield break;
        var now = Progress();
        Deciding.KeepHistory(job, job.History.Observe(now.ImagesPerSecond, now.Workers, now.Finished, now.Failed));
    }

    /// <summary>The job as it is now.</summary>
    public JobProgress Progress() =>
        Job is { } job ? ProgressReport.Of(job, _context.Time, Health.Why) : new JobProgress { JobId = _context.Id, Status = JobStatus.Unknown };
}
