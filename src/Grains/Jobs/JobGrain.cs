using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Atelier.Grains.Jobs;

/// <summary>
/// Carries requests to a <see cref="JobMachine"/>, and what it wants to the store. It decides nothing itself. Any number of requests are on their way at once; the machine says
/// in what it may be interrupted.
/// </summary>
[Reentrant]
internal sealed class JobGrain(IStore store, TimeProvider time, IClusterMembershipService membership, ILogger<JobGrain> logger) : Grain, IJobGrain, IDisposable
{
    private const int BackgroundFlows = 16;
    private static readonly TimeSpan UpkeepPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private readonly DeadSilos _deadSilos = new(membership);
    private readonly CancellationTokenSource _deactivated = new();
    private readonly SemaphoreSlim _background = new(BackgroundFlows);
    private JobMachine _machine = null!;
    private WatchedStore _store = null!;
    private WatchedProgress _watched = null!;
    private JobReports _reports = null!;
    private Task _recovery = Task.CompletedTask;
    private long _recoveryBegun;
    private IGrainTimer? _upkeep;
    private bool _keepsAlive;

    // What went wrong within the job's own code when it was last asked for work.
    private string? _fault;

    private string JobId => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _machine = new JobMachine(JobId, time, _deadSilos.Include, Guid.NewGuid, logger);
        _store = new WatchedStore(store, _machine.Health);
        _watched = new WatchedProgress(Progress, time);
        _reports = new JobReports(Progress, listing => GrainFactory.GetGrain<IJobsGrain>(0).Report(listing), time);
        BeginRecovery();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _deactivated.CancelAsync();

    public void Dispose()
    {
        _deactivated.Dispose();
        _background.Dispose();
    }

    public Task Create(JobSpec spec, JobScheduling? scheduling = null) => RunAsync(() => _machine.Staging.Create(spec, scheduling));

    public Task AddInput(string sha256, byte[] content) => RunAsync(() => _machine.Staging.AddInput(sha256, content));

    public Task Append(int chunk, ImmutableArray<PromptRow> rows) => RunAsync(() => _machine.Staging.Append(chunk, rows));

    public async Task Start(long rows)
    {
        await RunAsync(() => _machine.Staging.Start(rows), announces: false);
        await AnnounceAsync();
    }

    public Task Pause(DecidedBy by) => RunAsync(() => _machine.Deciding.Pause(by));

    public Task Resume(DecidedBy by) => RunAsync(() => _machine.Deciding.Resume(by));

    public Task Cancel(DecidedBy by) => RunAsync(() => _machine.Deciding.Cancel(by));

    public Task SetPriority(JobPriority priority, int weight, DecidedBy by) => RunAsync(() => _machine.Deciding.SetPriority(priority, weight, by));

    public Task RetryFailed(DecidedBy by) => RunAsync(() => _machine.Deciding.RetryFailed(by));

    public async Task Delete(DecidedBy by)
    {
        var isDamaged = false;
        try
        {
            await RecoverAsync();
        }
        catch (InvalidInputException)
        {
            isDamaged = true;
        }
        await RunAsync(() => _machine.Deciding.Delete(isDamaged, by), requiresRecovery: false);
    }

    public Task<JobProgress> GetProgress()
    {
        // There may be a job since, created through another activation.
        if (IsRecovered() && _machine.Job is null && time.GetElapsedTime(_recoveryBegun) >= RecoveryPause)
        {
            _recoveryBegun = time.GetTimestamp();
            _ = LookAfterAsync();
        }
        return Task.FromResult(Progress());
    }

    public Task<JobDescription> Describe() => RunAsync<JobDescription>(_machine.Describing.Describe, announces: false);

    public IAsyncEnumerable<JobProgress> Watch() => _watched.WatchAsync(_deactivated.Token);

    public Task<WorkLease?> Lease(WorkerInfo worker)
    {
        if (!IsRecovered()) return Task.FromResult<WorkLease?>(null);
        WorkLease? lease = null;
        try
        {
            lease = _machine.Leasing.Lease(worker, _deadSilos.HaveChanged());
            _fault = null;
        }
#pragma warning disable CA1031 // Whatever is wrong with this job must not end the asking for others.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _fault = $"no work can be given: {fault.Message}";
            logger.JobNotLeased(fault, JobId);
        }
        BeginBackground();
        if (_machine.Demand is null) Announce();
        return Task.FromResult(lease);
    }

    public Task<int> ResolveBatch(int batchSize) => RunAsync<int>(reply => _machine.Leasing.ResolveBatch(batchSize, reply));

    public Task<bool> Admit(WorkerInfo worker, string numericsClass) => RunAsync<bool>(reply => _machine.Leasing.Admit(worker, numericsClass, reply));

    public Task<ImmutableArray<Guid>> Heartbeat(ImmutableArray<LeaseProgress> leases)
    {
        // While the store is being read there is nothing to compare with: let the workers go on.
        if (!IsRecovered()) return Task.FromResult<ImmutableArray<Guid>>([]);
        ImmutableArray<Guid> unwanted = [.. leases.Where(held => !_machine.Leasing.Heartbeat(held.Lease, held.Progress)).Select(held => held.Lease.Id)];
        _reports.Signal(_machine.Job?.Status, _deactivated.Token);
        return Task.FromResult(unwanted);
    }

    public Task<CommitOutcome> Commit(WorkLease lease, ShardStats stats) => RunAsync<CommitOutcome>(reply => _machine.Commits.Commit(lease, stats, reply), announces: false);

    public Task Complete(WorkLease lease) => RunAsync(() => _machine.Commits.Complete(lease));

    public Task Return(WorkLease lease, string? fault) => RunAsync(() => _machine.Leasing.Return(lease, fault));

    public async Task Refuse(WorkLease lease, WorkerInfo worker, string reason)
    {
        await RecoverAsync();
        _machine.Leasing.Refuse(lease, worker, reason);
        Announce();
    }

    private async Task<T> RunAsync<T>(Func<Reply<T>, IEnumerable<StoreOperation>> begin, bool announces = true)
    {
        var reply = new Reply<T>();
        await RunAsync(() => begin(reply), announces: announces);
        return reply.Value;
    }

    private async Task RunAsync(Func<IEnumerable<StoreOperation>> begin, bool requiresRecovery = true, bool announces = true)
    {
        if (requiresRecovery) await RecoverAsync();
        try
        {
            await CarryOutAsync(requiresRecovery ? _machine.Request(begin) : begin());
        }
        finally
        {
            BeginBackground();
        }
        if (announces) Announce();
    }

    private async Task CarryOutAsync(IEnumerable<StoreOperation> flow)
    {
        foreach (var operation in flow) await operation.RunAsync(_store, _deactivated.Token);
    }

    private void BeginBackground()
    {
        while (_machine.Background.TryDequeue(out var flow)) _ = CarryOutInBackgroundAsync(flow);
    }

    private async Task CarryOutInBackgroundAsync(IEnumerable<StoreOperation> flow)
    {
        try
        {
            await _background.WaitAsync(_deactivated.Token);
            try
            {
                await CarryOutAsync(flow);
            }
            finally
            {
                _background.Release();
            }
            BeginBackground();
            Announce();
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The activation is gone; the next one reads what the store says.
        }
    }

    private void BeginRecovery()
    {
        _recoveryBegun = time.GetTimestamp();
        _recovery = ReadAsync();

        async Task ReadAsync()
        {
            try
            {
                await CarryOutAsync(_machine.Recovery.Read());
            }
            catch (Exception failure)
            {
                logger.JobNotRead(failure, JobId);
                throw;
            }
            if (_machine.Job is { IsDeleted: true }) _machine.Background.Enqueue(_machine.Deciding.RemoveFiles());
            BeginBackground();
            if (_machine.Job is not null) Announce();
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

    private JobProgress Progress()
    {
        if (IsRecovered()) return _fault is null ? _machine.Progress() : _machine.Progress() with { Message = _fault };
        var failure = _recovery.Exception?.InnerException;
        // A damaged file does not mend itself; a store that is out of reach may come back.
        return new JobProgress
        {
            JobId = JobId,
            Status = failure is InvalidInputException ? JobStatus.Failed : JobStatus.Recovering,
            Message = failure?.Message ?? _machine.Health.Trouble,
        };
    }

    private async Task LookAfterAsync()
    {
        try
        {
            await CarryOutAsync(_machine.LookAfter());
        }
        catch (Exception failure) when (failure is IOException or InvalidInputException or OperationCanceledException)
        {
            logger.NoStore(failure, JobId);
        }
        BeginBackground();
        await AnnounceAsync();
    }

    // A job that waits for its rows is looked after while somebody asks for it; one that is at work keeps its activation alive.
    private void KeepLookingAfter()
    {
        var isWaiting = _machine.Job is { Status: JobStatus.Staging };
        if (_upkeep is not null && (_machine.IsWorking || isWaiting) && _machine.IsWorking == _keepsAlive) return;
        _upkeep?.Dispose();
        _upkeep = null;
        _keepsAlive = _machine.IsWorking;
        if (!_keepsAlive && !isWaiting) return;
        _upkeep = this.RegisterGrainTimer(
            LookAfterAsync, new GrainTimerCreationOptions { DueTime = UpkeepPeriod, Period = UpkeepPeriod, KeepAlive = _keepsAlive, Interleave = true });
    }

    private void Announce() => _ = AnnounceAsync();

    /// <summary>Tells the dispatcher whether there is work. While there is, a timer repeats it and keeps this activation alive.</summary>
    private async Task AnnounceAsync()
    {
        _watched.Signal(_machine.Job?.Status);
        _reports.Signal(_machine.Job?.Status, _deactivated.Token);
        try
        {
            KeepLookingAfter();
            var dispatcher = GrainFactory.GetGrain<IDispatcherGrain>(0);
            await (_machine.Demand is { } demand ? dispatcher.Register(demand) : dispatcher.Unregister(JobId));
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or ObjectDisposedException)
        {
            logger.NoDispatcher(lost, JobId);
        }
    }
}
