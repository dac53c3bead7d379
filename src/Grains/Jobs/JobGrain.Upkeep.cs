using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;

namespace Atelier.Grains.Jobs;

/// <summary>How what the grain knows is read from the store, kept up to date, and announced to the dispatcher.</summary>
internal sealed partial class JobGrain
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UpkeepPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private readonly StoreHealth _health = new(time);
    private readonly DeadSilos _deadSilos = new(membership);
    private readonly CancellationTokenSource _deactivated = new();
    private Task _recovery = Task.CompletedTask;
    private Task _deletion = Task.CompletedTask;
    private bool _areLeftoversRemoved;
    private long _recoveryBegun;
    private KnownJob? _job;
    private long _leasesFrom;
    private bool _isFinishNoted;
    private IGrainTimer? _upkeep;

    private string JobId => this.GetPrimaryKeyString();

    private IDispatcherGrain Dispatcher => GrainFactory.GetGrain<IDispatcherGrain>(0);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        BeginRecovery();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _deactivated.CancelAsync();

    public void Dispose() => _deactivated.Dispose();

    private void BeginRecovery()
    {
        _recoveryBegun = time.GetTimestamp();
        _recovery = ReadAsync();

        async Task ReadAsync()
        {
            try
            {
                _job = await _health.CallAsync(() => KnownJob.ReadAsync(store, JobId, time));
            }
            catch (Exception failure)
            {
                logger.JobNotRead(failure, JobId);
                throw;
            }
            if (_job is { IsDeleted: true }) BeginDeletion();
            if (_job is not { Ledger: { } ledger } job) return;
            // Workers that drew for a lost activation get the time to say so before their shards are leased again.
            _leasesFrom = time.GetTimestamp() + (long)(2 * HeartbeatPeriod.TotalSeconds * time.TimestampFrequency);
            logger.JobRecovered(JobId, ledger.Committed, job.Plan!.Shards);
            _ = CountFinishedAsync(job, [.. ledger.CommittedShards]);
            Announce();
        }
    }

    private async Task CountFinishedAsync(KnownJob job, int[] shards)
    {
        try
        {
            await job.Counts.ReadAsync(shards, _deactivated.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidInputException or ObjectDisposedException)
        {
            if (failure is InvalidInputException) job.Trouble = failure.Message;
        }
    }

    /// <summary>Whether the store has been read; if that failed, it is tried again now and then.</summary>
    private bool IsRecovered()
    {
        if (_recovery.IsFaulted && time.GetElapsedTime(_recoveryBegun) >= RecoveryPause) BeginRecovery();
        return _recovery.IsCompletedSuccessfully;
    }

    private Task RecoverAsync()
    {
        IsRecovered();
        return _recovery;
    }

    private async Task<KnownJob> RequireAsync()
    {
        await RecoverAsync();
        if (_job is { IsDeleted: true }) throw BeingDeleted();
        return _job ?? throw new InvalidInputException($"job '{JobId}' does not exist");
    }

    private InvalidInputException BeingDeleted() => new($"job '{JobId}' is being deleted; its name is free when all its files are gone");

    /// <summary>Begins to make again what the store has lost of a job that was started before; a job that lacks nothing is left as it is.</summary>
    private async Task<KnownJob> RestoreAsync(KnownJob job)
    {
        if (job.Control.State.IsRestoring) return job;
        var isLost = await _health.CallAsync(async () => job.IsClosed
            ? await LostFiles.AnyOfFinishedAsync(store, JobId, job.Plan!)
            : (await LostFiles.FindShardsAsync(store, JobId, job.Plan!.Shards)).Count > 0);
        if (!isLost) return job;
        // A pause that a finished job has outlived is over.
        await _health.CallAsync(() => job.Control.ChangeAsync(state =>
            state with { IsRestoring = true, Lifecycle = job.IsClosed && state.Lifecycle == JobLifecycle.Paused ? JobLifecycle.Running : state.Lifecycle }));
        logger.JobRestored(JobId);
        BeginRecovery();
        return await RequireAsync();
    }

    /// <summary>Removes the job's files, however many there are; a grain that is lost meanwhile goes on when it is asked for anything.</summary>
    private void BeginDeletion()
    {
        if (_deletion.IsCompleted) _deletion = DeleteAsync();
        Announce();

        async Task DeleteAsync()
        {
            while (true)
            {
                try
                {
                    await _health.CallAsync(() => Task.Run(() => JobDeletion.DeleteAsync(store, JobId, _deactivated.Token)));
                    logger.JobDeleted(JobId);
                    (_job, _isFinishNoted, _areLeftoversRemoved) = (null, false, false);
                    return;
                }
                catch (IOException failure)
                {
                    logger.NoStore(failure, JobId);
                    await Task.Delay(UpkeepPeriod, time, _deactivated.Token);
                }
                catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Removes what unfinished work has left of a cancelled job, once no worker has a lease any more.</summary>
    private async Task RemoveLeftoversAsync()
    {
        if (_areLeftoversRemoved || _job is not { Status: JobStatus.Cancelled, IsDeleted: false, Ledger.Leased: 0 } job) return;
        _areLeftoversRemoved = true;
        try
        {
            await _health.CallAsync(() => Task.Run(() => JobLeftovers.RemoveAsync(store, JobId, job.Plan!.Shards, _deactivated.Token)));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or InvalidInputException or OperationCanceledException or ObjectDisposedException)
        {
            // They are in nobody's way; the next activation tries again.
            logger.LeftoversLeft(failure, JobId);
        }
    }

    /// <summary>The job, if it is the one that the lease was given for.</summary>
    private async Task<KnownJob?> FindAsync(WorkLease lease)
    {
        await RecoverAsync();
        return _job?.Record.Incarnation == lease.Incarnation ? _job : null;
    }

    private JobProgress Progress()
    {
        if (IsRecovered()) return _job?.Progress(_health.Trouble) ?? new JobProgress { JobId = JobId, Status = JobStatus.Unknown };
        var failure = _recovery.Exception?.InnerException;
        // A damaged file does not mend itself; a store that is out of reach may come back.
        return new JobProgress { JobId = JobId, Status = failure is InvalidInputException ? JobStatus.Failed : JobStatus.Recovering, Message = failure?.Message ?? _health.Trouble };
    }

    private InvalidInputException Cancelled() => new($"job '{JobId}' is cancelled, which is final; submit it under another name");

    private async Task ChangeAsync(Func<JobState, JobState> change)
    {
        var job = await RequireAsync();
        if (job.IsClosed) return;
        await _health.CallAsync(() => job.Control.ChangeAsync(state =>
        {
            var next = change(state);
            return state.Lifecycle != JobLifecycle.Cancelled || next == state ? next
                : next.Lifecycle == JobLifecycle.Cancelled && next.Scheduling == state.Scheduling && next.Retries == state.Retries ? state
                : throw Cancelled();
        }));
        logger.JobChanged(JobId, job.Status.ToString());
        job.LastAsked = time.GetTimestamp();
        await FollowStateAsync(job);
    }

    private async Task FollowStateAsync(KnownJob job)
    {
        job.FollowRetries();
        if (job.Status == JobStatus.Cancelled) await FinishAsync();
        Announce();
    }

    private async Task FinishAsync()
    {
        if (_isFinishNoted || _job is not { } job) return;
        var now = job.Progress(storeTrouble: null);
        var outcome = new JobOutcome
        {
            Status = now.Status,
            Samples = now.Samples,
            Finished = now.Finished,
            Failed = now.Failed,
            Created = job.Record.Created,
            Ended = now.Status == JobStatus.Cancelled ? job.Control.State.Changed : time.GetUtcNow(),
            Submitter = now.Submitter,
        };
        try
        {
            await _health.CallAsync(() => JobIndex.FinishAsync(store, JobId, outcome));
            _isFinishNoted = true;
        }
        catch (IOException failure)
        {
            // Only spares others a look at the job.
            logger.NoStore(failure, JobId);
        }
    }

    private void Exclude(KnownJob job, WorkerInfo worker, string reason)
    {
        job.Exclude(worker, reason);
        logger.WorkerExcluded(JobId, worker.Name, reason);
    }

    private async Task EndLostLeasesAsync(KnownJob job)
    {
        // Whoever counts the deaths of workers may have died with them: a shard that kills its process would be tried for ever where there is one silo.
        if (job.Begun.Count > 0 && time.GetTimestamp() >= _leasesFrom)
        {
            foreach (var lease in job.TakeAbandoned()) await CountLossAsync(job, lease, worker => $"the process of worker {worker} died");
        }
        foreach (var lease in job.TakeExpired()) await CountLossAsync(job, lease, worker => $"worker {worker} stopped answering");
        if (!_deadSilos.HaveChanged()) return;
        foreach (var lease in job.Ledger!.ReleaseLost(_deadSilos.Include)) await CountLossAsync(job, lease, worker => $"the process of worker {worker} died");
    }

    /// <summary>Counts the loss of a worker, if it had begun and finished no batch yet that is kept: then the work may be what it died of.</summary>
    private async Task CountLossAsync(KnownJob job, WorkLease lease, Func<string?, string> reason)
    {
        try
        {
            var begun = await _health.CallAsync(() => BegunWorkFiles.ReadWorkerAsync(store, lease));
            var text = reason(lease.Worker?.Name ?? begun);
            if (begun is not null) await CountAsync(job, lease, text, isLoss: true);
            else job.Trouble = text;
        }
        catch (IOException failure)
        {
            logger.FaultNotCounted(failure, JobId, lease.Shard, reason(lease.Worker?.Name));
        }
    }

    private async Task CountAsync(KnownJob job, WorkLease lease, string reason, bool isLoss)
    {
        job.Trouble = reason;
        try
        {
            var setAside = await _health.CallAsync(() => job.Faults.AddAsync(lease, reason, isLoss));
            if (setAside && lease.Kind != WorkKind.Close) job.Ledger!.PutAside(lease.Kind, lease.Shard);
            logger.WorkFailed(JobId, lease.Kind, lease.Shard, setAside, reason);
            // A worker that lives on does so itself.
            if (isLoss) await _health.CallAsync(() => BegunWorkFiles.RemoveAsync(store, lease));
        }
        catch (IOException failure)
        {
            logger.FaultNotCounted(failure, JobId, lease.Shard, reason);
        }
    }

    /// <summary>Catches up with other activations, ends what is lost, and tells the dispatcher, since that may lose its memory too.</summary>
    private async Task UpkeepAsync()
    {
        if (_job is not { Ledger: not null, IsClosed: false } job) return;
        try
        {
            await _health.CallAsync(job.Control.PollAsync);
            await _health.CallAsync(job.FollowBatchAsync);
            await EndLostLeasesAsync(job);
            await FollowStateAsync(job);
        }
        catch (IOException failure)
        {
            logger.NoStore(failure, JobId);
            Announce();
        }
    }

    private void Announce() => _ = AnnounceAsync();

    /// <summary>Tells the dispatcher whether there is work. While there is, a timer repeats it and keeps this activation alive.</summary>
    private async Task AnnounceAsync()
    {
        _ = RemoveLeftoversAsync();
        var isWorking = _job is { Status: JobStatus.Running } or { Ledger.Leased: > 0, IsClosed: false };
        if (!isWorking)
        {
            _upkeep?.Dispose();
            _upkeep = null;
        }
        else
        {
            _upkeep ??= this.RegisterGrainTimer(
                UpkeepAsync, new GrainTimerCreationOptions { DueTime = UpkeepPeriod, Period = UpkeepPeriod, KeepAlive = true, Interleave = true });
        }
        try
        {
            await (_job is { Status: JobStatus.Running } job ? Dispatcher.Register(job.Demand) : Dispatcher.Unregister(JobId));
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or ObjectDisposedException)
        {
            logger.NoDispatcher(lost, JobId);
        }
    }
}
