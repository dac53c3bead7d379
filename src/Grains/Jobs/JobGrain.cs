using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Grains.Events;
using Atelier.Grains.Leasing;
using Atelier.Grains.Telemetry;
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
    private static readonly TimeSpan UpkeepPeriod = TimeSpan.FromSeconds(5);

    private readonly DeadSilos _deadSilos = new(membership);
    private JobMachine _machine = null!;
    private JobFlows _flows = null!;
    private WatchedProgress _watched = null!;
    private JobReports _reports = null!;
    private IGrainTimer? _upkeep;
    private bool _keepsAlive;

    // What went wrong within the job's own code when it was last asked for work.
    private string? _fault;

    private string JobId => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _machine = new JobMachine(JobId, time, _deadSilos.Include, Guid.NewGuid, logger);
        _flows = new JobFlows(_machine, new WatchedStore(store, _machine.Health), time, Announce, logger);
        _watched = new WatchedProgress(Progress, time);
        _reports = new JobReports(Progress, listing => GrainFactory.GetGrain<IJobsGrain>(0).Report(listing), time);
        _flows.BeginRecovery();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        JobTelemetry.Forget(this);
        return _flows.EndAsync();
    }

    public void Dispose()
    {
        JobTelemetry.Forget(this);
        _flows?.Dispose();
    }

    public async Task Create(JobSpec spec, JobScheduling? scheduling = null)
    {
        using var created = JobTelemetry.Creation(JobId);
        await RunAsync(() => _machine.Staging.Create(spec, scheduling, created?.Id));
    }

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
            await _flows.RecoverAsync();
        }
        catch (InvalidInputException)
        {
            isDamaged = true;
        }
        await _flows.CarryOutAsync(() => _machine.Deciding.Delete(isDamaged, by));
        Announce();
    }

    public Task<JobProgress> GetProgress()
    {
        if (_flows.MayLookAgain()) _ = LookAfterAsync();
        return Task.FromResult(Progress());
    }

    public Task<JobDescription> Describe() => RunAsync<JobDescription>(_machine.Describing.Describe, announces: false);

    public Task<ShardMap> GetShards(int first, int count) => RunAsync<ShardMap>(reply => _machine.Looking.GetShards(first, count, reply), announces: false);

    public Task<ShardDescription> GetShard(int shard) => RunAsync<ShardDescription>(reply => _machine.Looking.GetShard(shard, reply), announces: false);

    public Task<JobErrors> GetErrors() => RunAsync<JobErrors>(_machine.Looking.GetErrors, announces: false);

    public Task<ImmutableArray<RatePoint>> GetHistory(DateTimeOffset since, TimeSpan step) =>
        RunAsync<ImmutableArray<RatePoint>>(reply => _machine.Looking.GetHistory(since, step, reply), announces: false);

    public async Task<ImmutableArray<JobEvent>> GetEvents(string? after)
    {
        await RunAsync(_machine.Looking.LearnEvents, announces: false);
        return _machine.Events.After(after);
    }

    public async IAsyncEnumerable<JobEvent> WatchEvents(string? after)
    {
        await RunAsync(_machine.Looking.LearnEvents, announces: false);
        await foreach (var one in _machine.Events.WatchAsync(after, _flows.Ended)) yield return one;
    }

    public IAsyncEnumerable<JobProgress> Watch() => _watched.WatchAsync(_flows.Ended);

    public Task<WorkLease?> Lease(WorkerInfo worker)
    {
        if (!_flows.IsRecovered()) return Task.FromResult<WorkLease?>(null);
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
        _flows.BeginBackground();
        if (_machine.Demand is null) Announce();
        return Task.FromResult(lease);
    }

    public Task<int> ResolveBatch(int batchSize) => RunAsync<int>(reply => _machine.Leasing.ResolveBatch(batchSize, reply));

    public Task<bool> Admit(WorkerInfo worker, string numericsClass) => RunAsync<bool>(reply => _machine.Leasing.Admit(worker, numericsClass, reply));

    public Task<ImmutableArray<Guid>> Heartbeat(ImmutableArray<LeaseProgress> leases)
    {
        // While the store is being read there is nothing to compare with: let the workers go on.
        if (!_flows.IsRecovered()) return Task.FromResult<ImmutableArray<Guid>>([]);
        ImmutableArray<Guid> unwanted = [.. leases.Where(held => !_machine.Leasing.Heartbeat(held.Lease, held.Progress)).Select(held => held.Lease.Id)];
        _reports.Signal(_machine.Job?.Status, _flows.Ended);
        return Task.FromResult(unwanted);
    }

    public Task<CommitOutcome> Commit(WorkLease lease, ShardStats stats) => RunAsync<CommitOutcome>(reply => _machine.Commits.Commit(lease, stats, reply), announces: false);

    public Task Complete(WorkLease lease) => RunAsync(() => _machine.Commits.Complete(lease));

    public Task Return(WorkLease lease, string? fault) => RunAsync(() => _machine.Leasing.Return(lease, fault));

    public async Task Refuse(WorkLease lease, WorkerInfo worker, string reason)
    {
        await _flows.RecoverAsync();
        _machine.Leasing.Refuse(lease, worker, reason);
        Announce();
    }

    private async Task<T> RunAsync<T>(Func<Reply<T>, IEnumerable<StoreOperation>> begin, bool announces = true)
    {
        var reply = new Reply<T>();
        await RunAsync(() => begin(reply), announces: announces);
        return reply.Value;
    }

    private async Task RunAsync(Func<IEnumerable<StoreOperation>> begin, bool announces = true)
    {
        await _flows.RunAsync(begin);
        if (announces) Announce();
    }

    private JobProgress Progress()
    {
        if (_flows.IsRecovered()) return _fault is null ? _machine.Progress() : _machine.Progress() with { Code = JobCodes.Fault, Message = _fault };
        // A damaged file does not mend itself; a store that is out of reach may come back.
        var isDamaged = _flows.Failure is InvalidInputException;
        var reason = isDamaged ? new Reason(JobCodes.Damaged, _flows.Failure!.Message)
            : _flows.Failure is { } failure ? new Reason(JobCodes.StoreUnreachable, failure.Message)
            : _machine.Health.Why;
        return new JobProgress { JobId = JobId, Status = isDamaged ? JobStatus.Failed : JobStatus.Recovering, Code = reason?.Code, Message = reason?.Text };
    }

    private async Task LookAfterAsync()
    {
        await _flows.LookAfterAsync();
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
        JobTelemetry.Note(this, _machine.Job?.Status, _machine.Demand);
        _watched.Signal(_machine.Job?.Status);
        _reports.Signal(_machine.Job?.Status, _flows.Ended);
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
