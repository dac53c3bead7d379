using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Staging;
using Atelier.Grains.Committing;
using Atelier.Grains.Events;
using Atelier.Grains.History;
using Atelier.Grains.Leasing;

namespace Atelier.Grains.Jobs;

/// <summary>What is known of a job that exists: read from the store, kept up to date, lost at any moment. Asks nobody.</summary>
internal sealed class JobState(string id, JobRecord record, TimeProvider time, JobEvents events)
{
    /// <summary>From so many shards on that are set aside, and more of them than are committed, it is the job that is wrong: it stops.</summary>
    private const int HopelessShards = 10;

    // Looked after every five seconds; a longer silence is this process's own.
    private static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(15);

    private TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lookedAfter = time.GetTimestamp();

    public string Id => id;

    public JobRecord Record => record;

    public Decisions Decisions { get; } = new(id, time, events);

    public AttemptCounts Attempts { get; } = new();

    public KeptOutWorkers KeptOut { get; } = new();

    /// <summary>Work that was in hand when the job was read; of what no worker has announced since, the process has died.</summary>
    public IReadOnlyList<WorkLease> Begun { get; private set; } = [];

    public SampleCounts Counts { get; private set; } = new(id, shards: 0, time);

    /// <summary>How fast it has been.</summary>
    public RateHistory History { get; } = new(time);

    /// <summary>Samples a second by commits; for shards that are too short for a heartbeat.</summary>
    public CommitRate Rate { get; } = new(time);

    /// <summary>Samples a second as workers measure them.</summary>
    public WorkerPaces Paces { get; } = new(time);

    /// <summary>Committed shards whose files were lost: they are drawn again, as bytes that must be those that were committed.</summary>
    public HashSet<int> Lost { get; } = [];

    /// <summary>The chunks that were appended here.</summary>
    public Dictionary<int, StagedChunk> Chunks { get; } = [];

    /// <summary>Commits that the store has not answered yet.</summary>
    public int Committing { get; set; }

    /// <summary>Whether the job's files are being removed.</summary>
    public bool IsDeleted => Decisions.Last.Lifecycle == JobLifecycle.Deleted;

    /// <summary>Null before Start.</summary>
    public JobPlan? Plan { get; set; }

    /// <summary>Null before Start, and when the job was found completed.</summary>
    public ShardLedger? Ledger { get; private set; }

    public bool IsClosed => _closed.Task.IsCompleted;

    /// <summary>Completes when the job does.</summary>
    public Task Closed => _closed.Task;

    public string? NumericsClass { get; set; }

    /// <summary>What last happened that the user may want to know, until a shard is committed.</summary>
    public Reason? Trouble { get; set; }

    /// <summary>When a worker last asked for work, or the job began to want one.</summary>
    public long LastAsked { get; set; } = time.GetTimestamp();

    public JobStatus Status =>
        IsDeleted ? JobStatus.Cancelled
        : IsClosed ? JobStatus.Completed
        : Decisions.Last.Lifecycle == JobLifecycle.Cancelled ? JobStatus.Cancelled
        : Ledger is null ? JobStatus.Staging
        : Decisions.Last.Lifecycle == JobLifecycle.Paused ? JobStatus.Paused
        : IsHopeless ? JobStatus.Failed
        : JobStatus.Running;

    /// <summary>Whether nothing more can be done.</summary>
    public bool IsHopeless => Ledger is not null && (Attempts.ClosingSetAside || Attempts.IndexingSetAside
        || (Ledger.SetAsideCount > 0 && (Ledger is { Wanted: 0, Leased: 0, IsCounting: false } || Ledger.SetAsideCount >= Math.Max(HopelessShards, Ledger.Committed + 1))));

    /// <summary>Whether the files that close the job are to be made now. Who still draws a shard that another was first with is not waited for.</summary>
    public bool WantsClosing => Ledger is { AllPromoted: true, IsClosing: false } && IsIndexed && !IsClosed && !Attempts.ClosingSetAside;

    /// <summary>When the closing of the job was first leased, as far as this activation knows.</summary>
    public DateTimeOffset? Closing { get; set; }

    /// <summary>Whether row ids are checked and can be found; also where no row has one.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>Whether the index of row ids is to be made now.</summary>
    public bool WantsIndex => Ledger is { IsIndexing: false } && !IsIndexed && !Attempts.IndexingSetAside;

    /// <summary>Whoever has the first lease finds out what batch size suits its device; another worker would measure beside it, and both wrongly.</summary>
    public bool IsResolvingBatch => Plan is { BatchSize: null } && Ledger is { Leased: > 0 };

    /// <summary>What the job wants of workers.</summary>
    public JobDemand Demand => new()
    {
        JobId = id,
        Scheduling = Decisions.Last.Scheduling,
        ModelDigest = record.Spec.ModelDigest,
        Open = IsResolvingBatch ? 0 : Plan!.BatchSize is null ? Math.Min(1, Ledger!.Wanted) : Ledger!.Wanted + (WantsClosing ? 1 : 0) + (WantsIndex ? 1 : 0),
        ShardSamples = (int)Math.Min(Plan!.ShardSize, Plan.Samples),
    };

    /// <summary>Learns what the store says of a job that has a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="shards">Committed shards, and whether each is promoted.</param>
    /// <param name="lost">Those whose files are gone, since the job is being restored.</param>
    /// <param name="attempts">Files of attempts.</param>
    public void Load(JobPlan plan, IReadOnlyList<(int Shard, bool IsPromoted)> shards, IReadOnlyList<int> lost, IReadOnlyList<AttemptFile> attempts)
    {
        var ledger = new ShardLedger(plan, time);
        Counts = new SampleCounts(id, plan.Shards, time);
        Lost.UnionWith(lost);
        foreach (var (shard, isPromoted) in shards)
        {
            if (Lost.Contains(shard)) continue;
            ledger.Commit(shard);
            if (isPromoted) ledger.Promote(shard);
        }
        (Plan, Ledger, LastAsked) = (plan, ledger, time.GetTimestamp());
        Begun = [.. attempts.Where(file => file.Kind == AttemptFileKind.Begun && file.Shard < plan.Shards).Select(file => new WorkLease
        {
            Id = file.Attempt,
            JobId = id,
            Incarnation = record.Incarnation,
            Kind = file.Work,
            Shard = file.Shard,
            Duration = TimeSpan.Zero,
        })];
        Attempts.Begin(Decisions.Last.Round);
        foreach (var failure in attempts) Attempts.Add(failure);
        foreach (var (work, shard) in Attempts.SetAside.Where(work => work.Shard >= 0 && work.Shard < plan.Shards)) ledger.PutAside(work, shard);
    }

    /// <summary>Learns what the store says of a job that is completed.</summary>
    public void LoadClosed(JobPlan plan)
    {
        (Plan, IsIndexed) = (plan, true);
        Counts = new SampleCounts(id, plan.Shards, time);
        Close();
    }

    public void Close() => _closed.TrySetResult();

    /// <summary>Takes a completed job up again, since files of it are missing.</summary>
    public void Reopen()
    {
        if (!IsClosed) return;
        _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Closing = null;
    }

    /// <summary>The next piece of work for a worker, the index of row ids first and the closing of the job last.</summary>
    public (WorkKind Kind, int Shard)? Next(Guid worker)
    {
        if (IsResolvingBatch) return null;
        // It needs no device, and rows that have the same id end the job: better now than at its end.
        if (WantsIndex) return (WorkKind.Index, WorkLease.IndexShard);
        var others = AreOthersAtWork(worker);
        return Ledger!.Next(worker, others ? shard => KeptOut.HasJustFailed(worker, shard) : null) ?? (WantsClosing ? (WorkKind.Close, WorkLease.CloseShard) : null);
    }

    /// <summary>Gives every worker its full time again where it was this process that stood still. Called every few seconds.</summary>
    public void LookAfterLeases()
    {
        if (time.GetElapsedTime(_lookedAfter) > StalledAfter) Ledger!.RenewAll();
        _lookedAfter = time.GetTimestamp();
    }

    /// <summary>What was in hand when the job was read and is neither done nor held by anybody; asked once, when workers had time to announce themselves.</summary>
    public IReadOnlyList<WorkLease> TakeAbandoned()
    {
        var begun = Begun;
        Begun = [];
        return [.. begun.Where(lease => !Ledger!.Holds(lease.Id) && !IsDone(lease))];
    }

    /// <summary>Whether what a lease asks for is done, by whomever.</summary>
    public bool IsDone(WorkLease lease) => lease.Kind switch
    {
        WorkKind.Draw => Ledger!.IsCommitted(lease.Shard),
        WorkKind.Promote => Ledger!.IsPromoted(lease.Shard),
        WorkKind.Index => IsIndexed,
        _ => IsClosed,
    };

    /// <summary>Keeps a worker out, until failed work is put back.</summary>
    public void KeepOut(WorkerInfo worker, Reason reason)
    {
        KeptOut.Add(worker, reason);
        events.Add(KeptOut.Last!, worker: worker.Name);
    }

    /// <summary>Notes a failure of a worker that lives on, which may be the culprit.</summary>
    public void NoteFailure(WorkLease lease, string reason)
    {
        if (lease.Worker is { } worker && KeptOut.Fail(worker.Id, lease.Shard) && AreOthersAtWork(worker.Id))
            KeepOut(worker, new Reason(JobCodes.WorkerSick, $"failed {JobLimits.MaxFaults} times in a row where others get on, the last time: {reason}"));
    }

    public void NoteCommit(WorkLease lease)
    {
        Trouble = null;
        Rate.Observe(Ledger!.CommittedSamples);
        if (lease.Worker is { } worker) KeptOut.Succeed(worker.Id, lease.Shard);
    }

    /// <summary>Offers failed work again when that was decided since the failures were read.</summary>
    public void FollowRound()
    {
        if (Decisions.Last.Round == Attempts.Round) return;
        Attempts.Begin(Decisions.Last.Round);
        Ledger?.PutBack();
        KeptOut.Clear();
        Trouble = null;
    }

    // Whoever is kept out ends what it has, but is no reason to keep out the last one too.
    private bool AreOthersAtWork(Guid worker) => Ledger!.IsHeldByOthers(worker, other => !KeptOut.Has(other));
}
