using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>
/// The doors of a job: what it knows is a <see cref="KnownJob"/> in memory, its truth is in the store. What is held here can be lost at any moment;
/// everything durable was written create-only before a call returned. How it is read, kept up to date and announced is in the other part.
/// </summary>
internal sealed partial class JobGrain(IStore store, TimeProvider time, IClusterMembershipService membership, ILogger<JobGrain> logger)
    : Grain, IJobGrain, IDisposable
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);

    public async Task Create(JobSpec spec, JobScheduling? scheduling = null)
    {
        JobIndex.CheckName(JobId);
        JobSpecRules.Check(spec);
        scheduling?.Check();
        await RecoverAsync();
        if (_job is { IsDeleted: true }) throw BeingDeleted();
        if (_job is null)
        {
            var record = new JobRecord { Spec = spec, Incarnation = Guid.NewGuid(), Created = time.GetUtcNow() };
            await _health.CallAsync(async () =>
            {
                await JobIndex.AddAsync(store, JobId);
                await JobFiles.TryCreateRecordAsync(store, JobId, record);
                _job = await KnownJob.ReadAsync(store, JobId, time);
            });
        }
        // Also for a job whose creator was lost between the two files.
        if (scheduling is not null && _job!.Ledger is null && !_job.IsClosed)
            await _health.CallAsync(() => _job.Control.BeginAsync(new JobState { Scheduling = scheduling }));
        // What a started job has settled may be asked for by its number.
        var differences = JobSpecRules.Differences(_job!.Plan?.Settle(_job.Record.Spec) ?? _job.Record.Spec, spec);
        if (differences.Count > 0)
            throw new InvalidInputException($"job '{JobId}' exists with other settings: {string.Join("; ", differences)}");
    }

    public async Task AddInput(string sha256, byte[] content)
    {
        await RequireAsync();
        await _health.CallAsync(() => JobInputs.AddAsync(store, JobId, sha256, content));
    }

    public async Task Append(int chunk, ImmutableArray<PromptRow> rows)
    {
        await RequireAsync();
        await _health.CallAsync(() => JobRows.AppendAsync(store, JobId, chunk, rows));
    }

    public async Task Start(long rows)
    {
        var job = await RequireAsync();
        if (rows < 1) throw new InvalidInputException($"job '{JobId}' has no rows");
        if (job.Control.State.Lifecycle == JobLifecycle.Cancelled) throw Cancelled();
        if (job.Plan is null)
        {
            await _health.CallAsync(() => JobFiles.TryCreatePlanAsync(store, JobId, JobPlan.Of(job.Record.Spec, rows)));
            job.Start((await _health.CallAsync(() => JobFiles.ReadPlanAsync(store, JobId)))!);
            logger.JobStarted(JobId, job.Plan!.Samples, job.Plan.Shards);
        }
        else
        {
            if (job.Plan.Rows != rows) throw new InvalidInputException($"job '{JobId}' exists with {job.Plan.Rows} rows, {rows} were given");
            job = await RestoreAsync(job);
        }
        if (job.Status == JobStatus.Failed) await RetryFailed();
        await AnnounceAsync();
    }

    public Task Pause() => ChangeAsync(state => state with { Lifecycle = JobLifecycle.Paused });

    public Task Resume() => ChangeAsync(state => state with { Lifecycle = JobLifecycle.Running });

    public Task Cancel(string by, string? reason)
    {
        if (by.Length > JobLimits.MaxReason || reason?.Length > JobLimits.MaxReason)
            throw new InvalidInputException($"the reason or the name of who cancels job '{JobId}' has more than {JobLimits.MaxReason} characters");
        // The first to cancel is the one who did it.
        return ChangeAsync(state => state.Lifecycle == JobLifecycle.Cancelled ? state : state with { Lifecycle = JobLifecycle.Cancelled, CancelledBy = by, Reason = reason });
    }

    public Task SetPriority(JobPriority priority, int weight)
    {
        new JobScheduling { Priority = priority, Weight = weight }.Check();
        return ChangeAsync(state => state with { Scheduling = state.Scheduling with { Priority = priority, Weight = weight } });
    }

    // Only if nobody else has put the same failures back meanwhile.
    public Task RetryFailed() => ChangeAsync(state =>
        _job!.Faults.SetAside.Any() && state.Retries == _job.Faults.Retries ? state with { Retries = state.Retries + 1 } : state);

    public async Task Delete()
    {
        try
        {
            await RecoverAsync();
            // A job of that name may be created at any moment: its files are not to be touched.
            if (_job is null) return;
        }
        catch (InvalidInputException damaged)
        {
            // Nobody can work on such a job, and to remove it is what is left to do with it.
            logger.JobNotRead(damaged, JobId);
        }
        if (_job is { IsDeleted: false } job)
        {
            if (job.Status == JobStatus.Running) throw new InvalidInputException($"job '{JobId}' is at work; cancel it before it is deleted");
            if (job.Ledger is { Leased: > 0 and var held })
                throw new InvalidInputException($"job '{JobId}' still has {held} {(held == 1 ? "lease" : "leases")} that workers have to give back; delete it in a few seconds");
        }
        await _health.CallAsync(() => JobDeletion.BeginAsync(store, JobId));
        if (_job is not null) await _health.CallAsync(_job.Control.PollAsync);
        BeginDeletion();
    }

    public Task<JobProgress> GetProgress() => Task.FromResult(Progress());

    public async IAsyncEnumerable<JobProgress> Watch()
    {
        JobProgress? last = null;
        while (true)
        {
            var progress = Progress();
            if (progress != last) yield return progress;
            if (progress.IsFinal) yield break;
            last = progress;
            // The end is told at once.
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(250), time), _job?.Closed ?? Task.Delay(Timeout.InfiniteTimeSpan, time));
        }
    }

    public async Task<WorkLease?> Lease(WorkerInfo worker)
    {
        if (!IsRecovered()) return null;
        if (_job is not { Status: JobStatus.Running, Ledger: not null } job)
        {
            Announce();
            return null;
        }
        job.LastAsked = time.GetTimestamp();
        if (_health.IsPausing || time.GetTimestamp() < _leasesFrom || job.ExcludedWorkers.Contains(worker.Id)) return null;
        await EndLostLeasesAsync(job);
        if (job.Status != JobStatus.Running) return null;
        if (job.Next(worker.Id) is not (var kind, var shard)) return null;
        var lease = new WorkLease
        {
            Id = Guid.NewGuid(),
            JobId = JobId,
            Incarnation = job.Record.Incarnation,
            Kind = kind,
            Shard = shard,
            Duration = LeaseDuration,
            Samples = kind == WorkKind.Draw ? job.Plan!.SamplesIn(shard) : 0,
            Worker = worker,
        };
        job.Ledger.Hold(lease);
        return lease;
    }

    public async Task<int> ResolveBatch(int batchSize)
    {
        var job = await RequireAsync();
        if (batchSize is < 1 or > JobLimits.MaxBatchSize) throw new InvalidInputException($"batch is '{batchSize}'; allowed: 1 to {JobLimits.MaxBatchSize}");
        if (job.Plan is null) throw new InvalidInputException($"job '{JobId}' is not started");
        if (job.Plan.BatchSize is { } resolved) return resolved;
        await _health.CallAsync(() => JobFiles.TryCreateBatchAsync(store, JobId, batchSize));
        await _health.CallAsync(job.FollowBatchAsync);
        logger.BatchResolved(JobId, job.Plan.BatchSize!.Value);
        Announce();
        return job.Plan.BatchSize!.Value;
    }

    public async Task<bool> Admit(WorkerInfo worker, string numericsClass)
    {
        var job = await RequireAsync();
        var wanted = job.Record.Spec.Numerics;
        if (wanted == "any") return true;
        if (wanted == "same")
            wanted = job.NumericsClass ??= await _health.CallAsync(() => StoredShards.BindNumericsAsync(store, JobId, numericsClass));
        if (wanted == numericsClass) return true;
        Exclude(job, worker, $"computes in numerics class {numericsClass[..12]}, the job is bound to {wanted[..12]}");
        return false;
    }

    public Task<bool> Heartbeat(WorkLease lease, WorkProgress progress)
    {
        // While the store is being read there is nothing to compare with: let the worker go on.
        if (!IsRecovered()) return Task.FromResult(true);
        if (_job is not { Status: JobStatus.Running, Ledger: { } ledger } job || lease.Incarnation != job.Record.Incarnation) return Task.FromResult(false);
        if (lease.Kind == WorkKind.Draw && ledger.IsCommitted(lease.Shard)) return Task.FromResult(false);
        if (!ledger.Holds(lease.Id) && lease.Worker is { } worker && _deadSilos.Include(worker)) return Task.FromResult(false);
        ledger.Renew(lease, progress);
        job.Paces.Note(lease, progress.SamplesPerSecond);
        return Task.FromResult(true);
    }

    public async Task<bool> Commit(WorkLease lease, ShardStats stats)
    {
        if (await FindAsync(lease) is not { Ledger: { } ledger } job || stats.Incarnation != lease.Incarnation || job.Status == JobStatus.Cancelled)
            return false;
        var created = await _health.CallAsync(() => JobFiles.TryCreateStatsAsync(store, JobId, stats));
        var winner = created ? stats : (await _health.CallAsync(() => JobFiles.ReadStatsAsync(store, JobId, stats.Shard)))!;
        var isRestored = !created && job.Lost.Contains(stats.Shard);
        if (isRestored && LostFiles.Difference(winner, stats) is { } difference)
            throw new InvalidInputException($"the files of shard {stats.Shard} were lost, and what is drawn in their place differs: {difference}");
        if (!ledger.IsCommitted(stats.Shard)) job.Counts.Add(winner.Failed, winner.Truncated);
        ledger.Commit(stats.Shard, lease.Id);
        job.NoteCommit(lease);
        return isRestored || winner.Attempt == stats.Attempt;
    }

    public async Task Complete(WorkLease lease)
    {
        if (await FindAsync(lease) is not { Ledger: { } ledger } job) return;
        if (lease.Kind != WorkKind.Close)
        {
            ledger.Promote(lease.Shard);
            job.Lost.Remove(lease.Shard);
        }
        else if (!job.IsClosed)
        {
            await _health.CallAsync(() => job.Control.ChangeAsync(state => state.IsRestoring ? state with { IsRestoring = false } : state));
            job.Close();
            logger.JobCompleted(JobId);
        }
        ledger.Release(lease.Id);
        if (job.IsClosed) await FinishAsync();
        Announce();
    }

    public async Task Return(WorkLease lease, string? fault)
    {
        if (await FindAsync(lease) is not { Ledger: { } ledger } job) return;
        // Counted before others may have the work, so that it is not leased once more than it should be.
        if (fault is not null)
        {
            job.NoteFailure(lease, fault);
            await CountAsync(job, lease, fault, isLoss: false);
        }
        ledger.Release(lease.Id);
        Announce();
    }

    public async Task Refuse(WorkLease lease, WorkerInfo worker, string reason)
    {
        if (await FindAsync(lease) is not { Ledger: { } ledger } job) return;
        Exclude(job, worker, $"cannot work on the job: {reason}");
        ledger.Release(lease.Id);
        Announce();
    }
}
