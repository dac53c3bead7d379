using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>What a grain knows of its job: read from the store, kept up to date, lost at any moment. Knows nothing of grains.</summary>
internal sealed class KnownJob(IStore store, string id, JobRecord record, TimeProvider time)
{
    /// <summary>From so many shards on that are set aside, and more of them than are committed, it is the job that is wrong: it stops.</summary>
    private const int HopelessShards = 10;

    private const int NamedShards = 5;
    private static readonly TimeSpan LonelyAfter = TimeSpan.FromSeconds(30);

    // Looked after every five seconds; a longer silence is this process's own.
    private static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(15);

    private readonly SickWorkers _sick = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lookedAfter = time.GetTimestamp();

    public JobRecord Record => record;

    public JobControl Control { get; } = new(store, id, time);

    public ShardFaults Faults { get; } = new(store, id, time);

    /// <summary>Work that was in hand when the job was read; of what no worker has announced since, the process has died.</summary>
    public IReadOnlyList<WorkLease> Begun { get; private set; } = [];

    public FinishedCounts Counts { get; } = new(store, id, time);

    /// <summary>Samples a second by commits; for shards that are too short for a heartbeat.</summary>
    public CommitRate Rate { get; } = new(time);

    /// <summary>Samples a second as workers measure them.</summary>
    public WorkerPaces Paces { get; } = new(time);

    /// <summary>Workers that cannot do this job.</summary>
    public HashSet<Guid> ExcludedWorkers { get; } = [];

    /// <summary>Committed shards whose files were lost: they are drawn again, as bytes that must be those that were committed.</summary>
    public HashSet<int> Lost { get; } = [];

    /// <summary>Whether the job's files are being removed.</summary>
    public bool IsDeleted => Control.State.Lifecycle == JobLifecycle.Deleted;

    /// <summary>Null before Start.</summary>
    public JobPlan? Plan { get; private set; }

    /// <summary>Null before Start, and when the job was found completed.</summary>
    public ShardLedger? Ledger { get; private set; }

    public bool IsClosed => _closed.Task.IsCompleted;

    /// <summary>Completes when the job does.</summary>
    public Task Closed => _closed.Task;

    public string? NumericsClass { get; set; }

    /// <summary>What last happened that the user may want to know, until a shard is committed.</summary>
    public string? Trouble { get; set; }

    /// <summary>Who was kept out last, and why.</summary>
    public string? Exclusion { get; private set; }

    /// <summary>When a worker last asked for work, or the job began to want one.</summary>
    public long LastAsked { get; set; } = time.GetTimestamp();

    public JobStatus Status =>
        IsDeleted ? JobStatus.Cancelled
        : IsClosed ? JobStatus.Completed
        : Control.State.Lifecycle == JobLifecycle.Cancelled ? JobStatus.Cancelled
        : Ledger is null ? JobStatus.Staging
        : Control.State.Lifecycle == JobLifecycle.Paused ? JobStatus.Paused
        : Failure is not null ? JobStatus.Failed
        : JobStatus.Running;

    /// <summary>Why nothing more can be done; null while something can.</summary>
    public string? Failure =>
        Ledger is null ? null
        : Faults.ClosingSetAside ? $"the files that close the job could not be made in {JobLimits.MaxFaults} tries: {Faults.LastReason}"
        : Ledger.SetAsideCount == 0 ? null
        : Ledger is { Wanted: 0, Leased: 0 } || Ledger.SetAsideCount >= Math.Max(HopelessShards, Ledger.Committed + 1) ? DescribeSetAside()
        : null;

    /// <summary>Whether the files that close the job are to be made now. Who still draws a shard that another was first with is not waited for.</summary>
    public bool WantsClosing => Ledger is { AllPromoted: true, IsClosing: false } && !IsClosed && !Faults.ClosingSetAside;

    // Whoever has the first lease finds out what batch size suits its device; another worker would measure beside it, and both wrongly.
    private bool IsResolvingBatch => Plan is { BatchSize: null } && Ledger is { Leased: > 0 };

    public JobDemand Demand => new()
    {
        JobId = id,
        Scheduling = Control.State.Scheduling,
        ModelDigest = record.Spec.ModelDigest,
        Open = IsResolvingBatch ? 0 : Plan!.BatchSize is null ? Math.Min(1, Ledger!.Wanted) : Ledger!.Wanted + (WantsClosing ? 1 : 0),
        ShardSamples = (int)Math.Min(Plan!.ShardSize, Plan.Samples),
    };

    /// <summary>Reads what the store says; null when there is no such job.</summary>
    public static async Task<KnownJob?> ReadAsync(IStore store, string id, TimeProvider time)
    {
        JobIndex.CheckName(id);
        if (await JobFiles.ReadRecordAsync(store, id) is not { } record) return null;
        var job = new KnownJob(store, id, record, time);
        await job.Control.LoadAsync();
        if (job.IsDeleted) return job;
        if (await JobFiles.ReadPlanAsync(store, id) is not { } plan) return job;
        var isRestoring = job.Control.State.IsRestoring;
        if (!isRestoring && await JobFiles.ReadSummaryAsync(store, id) is { } summary)
        {
            job.Plan = plan;
            job.Close();
            job.Counts.Add(summary.Failed, summary.Truncated);
            return job;
        }
        var ledger = new ShardLedger(plan, time);
        if (isRestoring) job.Lost.UnionWith(await LostFiles.FindShardsAsync(store, id, plan.Shards));
        await StoredShards.ListAsync(store, id, plan.Shards, (shard, isPromoted) =>
        {
            if (job.Lost.Contains(shard)) return;
            ledger.Commit(shard);
            if (isPromoted) ledger.Promote(shard);
        });
        await job.Faults.LoadAsync(job.Control.State.Retries);
        foreach (var (kind, shard) in job.Faults.SetAside.Where(work => work.Shard >= 0 && work.Shard < plan.Shards)) ledger.PutAside(kind, shard);
        job.Begun = await BegunWorkFiles.ListAsync(store, id, record.Incarnation);
        (job.Plan, job.Ledger) = (plan, ledger);
        if (isRestoring) job.Trouble = $"files of the job are missing and are made again{(job.Lost.Count == 0 ? "" : $", among them those of {Name([.. job.Lost.Order()])}")}";
        return job;
    }

    public void Start(JobPlan plan)
    {
        (Plan, Ledger) = (plan, new ShardLedger(plan, time));
        LastAsked = time.GetTimestamp();
    }

    /// <summary>Learns the batch size when it was resolved since the plan was read, here or by another activation.</summary>
    public async Task FollowBatchAsync()
    {
        if (Plan is { BatchSize: null } && await JobFiles.ReadPlanAsync(store, id) is { BatchSize: not null } resolved) Plan = resolved;
    }

    public void Close() => _closed.TrySetResult();

    public void Exclude(WorkerInfo worker, string reason)
    {
        ExcludedWorkers.Add(worker.Id);
        Exclusion = $"worker {worker.Name} ({worker.Device}) {reason}; it is kept out";
    }

    /// <summary>The next piece of work for a worker, the closing of the job last.</summary>
    public (WorkKind Kind, int Shard)? Next(Guid worker)
    {
        if (IsResolvingBatch) return null;
        var others = Ledger!.IsHeldByOthers(worker);
        return Ledger.Next(worker, others ? shard => _sick.HasJustFailed(worker, shard) : null) ?? (WantsClosing ? (WorkKind.Close, -1) : null);
    }

    /// <summary>Ends the leases that were not renewed in time, unless it was this process that stood still, and says which.</summary>
    public IReadOnlyList<WorkLease> TakeExpired()
    {
        if (time.GetElapsedTime(_lookedAfter) > StalledAfter) Ledger!.RenewAll();
        _lookedAfter = time.GetTimestamp();
        return Ledger!.Expire();
    }

    /// <summary>What was in hand when the job was read and is neither done nor held by anybody; asked once, when workers had time to announce themselves.</summary>
    public IReadOnlyList<WorkLease> TakeAbandoned()
    {
        var begun = Begun;
        Begun = [];
        return [.. begun.Where(lease => !Ledger!.Holds(lease.Id) && !(lease.Kind == WorkKind.Draw && Ledger.IsCommitted(lease.Shard)))];
    }

    /// <summary>Notes a failure of a worker that lives on, which may be the culprit.</summary>
    public void NoteFailure(WorkLease lease, string reason)
    {
        if (lease.Worker is { } worker && _sick.Fail(worker.Id, lease.Shard) && Ledger!.IsHeldByOthers(worker.Id))
            Exclude(worker, $"failed {JobLimits.MaxFaults} times in a row where others get on, the last time: {reason}");
    }

    public void NoteCommit(WorkLease lease)
    {
        Trouble = null;
        Rate.Observe(Ledger!.CommittedSamples);
        if (lease.Worker is { } worker) _sick.Succeed(worker.Id, lease.Shard);
    }

    /// <summary>Offers failed work again when that was decided since the faults were read.</summary>
    public void FollowRetries()
    {
        if (Control.State.Retries == Faults.Retries) return;
        Faults.Reset(Control.State.Retries);
        Ledger?.PutBack();
        // Whoever asks for that has mended something; workers that still do not fit will be found out again.
        ExcludedWorkers.Clear();
        _sick.Forget();
        (Trouble, Exclusion) = (null, null);
    }

    /// <summary>The job as it is now.</summary>
    /// <param name="storeTrouble">What is wrong with the store, if anything.</param>
    public JobProgress Progress(string? storeTrouble)
    {
        var (status, scheduling) = (Status, Control.State.Scheduling);
        var progress = new JobProgress
        {
            JobId = id,
            Status = status,
            Message = status switch
            {
                _ when IsDeleted => "its files are being removed",
                JobStatus.Completed => null,
                JobStatus.Cancelled => $"cancelled by {Control.State.CancelledBy ?? "an unknown user"}{(Control.State.Reason is { } why ? $": {why}" : "")}",
                _ => storeTrouble ?? Message(status),
            },
            Submitter = scheduling.Submitter,
            Priority = scheduling.Priority,
            Weight = scheduling.Weight,
            Created = record.Created,
        };
        if (Plan is null || (Ledger is null && !IsClosed)) return progress;
        var finished = IsClosed ? Plan.Samples : Ledger!.CommittedSamples;
        var drawn = finished + (Ledger?.Drawing ?? 0);
        var rate = status != JobStatus.Running ? 0 : Paces.PerSecond(Ledger!.HoldsAny) is > 0 and var measured ? measured : Rate.PerSecond;
        return progress with
        {
            Samples = Plan.Samples,
            BatchSize = Plan.BatchSize,
            ShardSize = Plan.ShardSize,
            Activity = status == JobStatus.Running ? Activity : null,
            Finished = finished,
            Drawn = drawn,
            Failed = Counts.Failed,
            Truncated = Counts.Truncated,
            Shards = Plan.Shards,
            ShardsFinished = Ledger?.Committed ?? Plan.Shards,
            ShardsLeased = Ledger?.Leased ?? 0,
            SetAside = Ledger?.SetAsideCount ?? 0,
            Workers = Ledger?.Workers ?? 0,
            KeptOut = ExcludedWorkers.Count,
            ImagesPerSecond = rate,
            Eta = rate > 0 ? TimeSpan.FromSeconds((Plan.Samples - drawn) / rate) : null,
        };
    }

    // The stage of the worker that is furthest, unless one draws.
    private string? Activity =>
        Ledger!.IsClosing ? "writing the contact sheet and the summary"
        : Ledger.Leased == 0 ? "waiting for a worker"
        : Ledger.AtStage(WorkStage.WaitingForStore) > 0 ? "waiting for the store, which is full or cannot be reached"
        : Ledger.AtStage(WorkStage.Drawing) > 0 ? null
        : Ledger.AtStage(WorkStage.Finishing) > 0 ? "writing the shards"
        : IsResolvingBatch ? "measuring batches"
        : Ledger.AtStage(WorkStage.Probing) > 0 ? "probing the arithmetic"
        : Ledger.AtStage(WorkStage.LoadingModel) > 0 ? "loading the model"
        : Ledger.CommittedSamples == 0 ? "starting" : null;

    private string? Message(JobStatus status)
    {
        var reason = Failure
            ?? (Ledger is { SetAsideCount: > 0 } ? DescribeSetAside() : null)
            ?? (Trouble is not null && Exclusion is not null ? $"{Trouble}; {Exclusion}" : Trouble ?? Exclusion)
            ?? (IsResolvingBatch ? "a worker measures which batch size suits its device" : null);
        if (status != JobStatus.Running || Ledger!.Leased > 0 || time.GetElapsedTime(LastAsked) < LonelyAfter) return reason;
        var lonely = $"no worker has asked for work for {LonelyAfter.TotalSeconds:0} s";
        return reason is null ? lonely : $"{lonely}; before that: {reason}";
    }

    private string DescribeSetAside()
    {
        var shards = Ledger!.SetAside.ToList();
        return shards is [var only]
            ? $"{Name(shards)} is set aside after {Faults.Describe(only)}: {Faults.LastReason}"
            : $"{Name(shards)} are set aside, the first after {Faults.Describe(shards[0])}; the last fault: {Faults.LastReason}";
    }

    private static string Name(List<int> shards) => shards is [var only] ? $"shard {only}"
        : $"shards {string.Join(", ", shards.Take(NamedShards))}{(shards.Count > NamedShards ? $" and {shards.Count - NamedShards} more" : "")}";
}
