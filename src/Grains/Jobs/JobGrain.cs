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
/// Keeps a job's ledger in memory and its truth in the store. What is held here can be lost at any moment; everything durable was written
/// create-only before a call returned.
/// </summary>
internal sealed partial class JobGrain(IStore store, TimeProvider time, ILogger<JobGrain> logger) : Grain, IJobGrain
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RegistrationPeriod = TimeSpan.FromSeconds(5);

    private readonly HashSet<Guid> _excludedWorkers = [];
    private readonly DrawingRate _rate = new(time);
    private Task _recovery = Task.CompletedTask;
    private JobRecord? _record;
    private JobPlan? _plan;
    private ShardLedger? _ledger;
    private string? _numericsClass;
    private bool _closed;
    private string? _failure;
    private string? _message;
    private long _failedSamples;
    private long _truncatedSamples;
    private long _leasesFrom;
    private IGrainTimer? _announcements;

    private string JobId => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _recovery = RecoverAsync();
        return Task.CompletedTask;
    }

    public async Task Create(JobSpec spec)
    {
        JobSpecRules.Check(spec);
        await _recovery;
        if (_record is null)
        {
            await JobFiles.TryCreateRecordAsync(store, JobId, new JobRecord { Spec = spec, Incarnation = Guid.NewGuid(), Created = time.GetUtcNow() });
            _record = await JobFiles.ReadRecordAsync(store, JobId);
        }
        var differences = JobSpecRules.Differences(_record!.Spec, spec);
        if (differences.Count > 0)
            throw new InvalidInputException($"job '{JobId}' exists with other settings: {string.Join("; ", differences)}");
    }

    public async Task AddInput(string sha256, byte[] content)
    {
        await _recovery;
        RequireCreated();
        await JobInputs.AddAsync(store, JobId, sha256, content);
    }

    public async Task Append(int chunk, ImmutableArray<PromptRow> rows)
    {
        await _recovery;
        RequireCreated();
        if (rows.FirstOrDefault(row => row.InputSha256 is { } input && !JobSpecRules.IsSha256(input)) is { } bad)
            throw new InvalidInputException($"row {bad.Index + 1} has the input '{bad.InputSha256}'; allowed: the SHA-256 of one, 64 hexadecimal digits in lower case");
        if (await JobFiles.TryCreatePromptsAsync(store, JobId, chunk, rows)) return;
        var existing = await JobFiles.ReadPromptsAsync(store, JobId, chunk, JobLimits.ChunkRows) ?? [];
        for (var i = 0; i < Math.Max(existing.Count, rows.Length); i++)
        {
            var (there, here) = (i < existing.Count ? existing[i] : null, i < rows.Length ? rows[i] : null);
            if (there != here)
            {
                throw new InvalidInputException(
                    $"job '{JobId}' exists with other rows: row {(long)chunk * JobLimits.ChunkRows + i + 1} is {Describe(there)} there, {Describe(here)} here");
            }
        }
    }

    public async Task Start(long rows)
    {
        await _recovery;
        var record = RequireCreated();
        if (rows < 1) throw new InvalidInputException($"job '{JobId}' has no rows");
        if (_plan is null)
        {
            await JobFiles.TryCreatePlanAsync(store, JobId, new JobPlan
            {
                Rows = rows,
                ImagesPerPrompt = record.Spec.ImagesPerPrompt,
                ShardSize = record.Spec.ShardSize,
                BatchSize = record.Spec.BatchSize,
                ChunkRows = JobLimits.ChunkRows,
            });
            _plan = await JobFiles.ReadPlanAsync(store, JobId);
            _ledger = new ShardLedger(_plan!, time);
            LogStarted(JobId, _plan!.Samples, _plan.Shards);
        }
        if (_plan!.Rows != rows) throw new InvalidInputException($"job '{JobId}' exists with {_plan.Rows} rows, {rows} were given");
        await AnnounceAsync();
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
            await Task.Delay(TimeSpan.FromMilliseconds(250), time);
        }
    }

    public async Task<WorkLease?> Lease(WorkerInfo worker)
    {
        if (!_recovery.IsCompleted || _ledger is null || _closed || _failure is not null || _excludedWorkers.Contains(worker.Id)) return null;
        if (time.GetTimestamp() < _leasesFrom) return null;
        var next = _ledger.Next();
        if (next is null && _ledger is { AllPromoted: true, Leased: 0 }) next = (WorkKind.Close, -1);
        if (next is not (var kind, var shard)) return null;
        var lease = new WorkLease
        {
            Id = Guid.NewGuid(),
            JobId = JobId,
            Incarnation = _record!.Incarnation,
            Kind = kind,
            Shard = shard,
            Duration = LeaseDuration,
        };
        _ledger.Hold(lease);
        await Task.CompletedTask;
        return lease;
    }

    public async Task<bool> Admit(WorkerInfo worker, string numericsClass)
    {
        await _recovery;
        var wanted = RequireCreated().Spec.Numerics;
        if (wanted == "any") return true;
        if (wanted == "same")
        {
            wanted = _numericsClass ??= await StoredShards.BindNumericsAsync(store, JobId, numericsClass);
        }
        if (wanted == numericsClass) return true;
        _excludedWorkers.Add(worker.Id);
        _message = $"worker {worker.Name} ({worker.Device}) computes in numerics class {numericsClass[..12]}, the job is bound to {wanted[..12]}; it is kept out";
        LogExcluded(JobId, worker.Name, numericsClass, wanted);
        return false;
    }

    public Task<bool> Heartbeat(WorkLease lease, double drawn)
    {
        // While the store is being read there is nothing to compare with: let the worker go on.
        if (!_recovery.IsCompleted) return Task.FromResult(true);
        var wanted = _ledger is not null && _failure is null && lease.Incarnation == _record?.Incarnation
            && !(lease.Kind == WorkKind.Draw && _ledger.IsCommitted(lease.Shard));
        if (wanted)
        {
            _ledger!.Hold(lease, drawn);
            _rate.Observe(_ledger.CommittedSamples + _ledger.Drawing);
        }
        return Task.FromResult(wanted);
    }

    public async Task<bool> Commit(WorkLease lease, ShardStats stats)
    {
        await _recovery;
        if (lease.Incarnation != _record?.Incarnation || stats.Incarnation != lease.Incarnation || _ledger is null) return false;
        var created = await JobFiles.TryCreateStatsAsync(store, JobId, stats);
        var winner = created ? stats : await JobFiles.ReadStatsAsync(store, JobId, stats.Shard);
        if (!_ledger.IsCommitted(stats.Shard)) Count(winner!);
        _ledger.Commit(stats.Shard);
        _rate.Observe(_ledger.CommittedSamples + _ledger.Drawing);
        return winner!.Attempt == stats.Attempt;
    }

    public async Task Complete(WorkLease lease)
    {
        await _recovery;
        if (lease.Incarnation != _record?.Incarnation || _ledger is null) return;
        if (lease.Kind == WorkKind.Close)
        {
            _closed = true;
            LogCompleted(JobId);
        }
        else
        {
            _ledger.Promote(lease.Shard);
        }
        _ledger.Release(lease.Id);
        if (_closed) await Dispatcher.Unregister(JobId);
    }

    public Task Return(WorkLease lease, string? fault)
    {
        if (_ledger is null || lease.Incarnation != _record?.Incarnation) return Task.CompletedTask;
        _ledger.Release(lease.Id);
        if (fault is not null)
        {
            _message = fault;
            LogFault(JobId, lease.Shard, fault);
            if (_ledger.Fault(lease.Shard) >= JobLimits.MaxFaults) _failure = fault;
        }
        return Task.CompletedTask;
    }

    private IDispatcherGrain Dispatcher => GrainFactory.GetGrain<IDispatcherGrain>(0);

    private async Task RecoverAsync()
    {
        _record = await JobFiles.ReadRecordAsync(store, JobId);
        if (_record is null) return;
        _plan = await JobFiles.ReadPlanAsync(store, JobId);
        if (_plan is null) return;

        var ledger = new ShardLedger(_plan, time);
        var committed = await StoredShards.ListAsync(store, JobId);
        foreach (var (shard, isPromoted) in committed)
        {
            ledger.Commit(shard);
            if (isPromoted) ledger.Promote(shard);
        }
        foreach (var shard in committed.Keys)
        {
            if (await JobFiles.ReadStatsAsync(store, JobId, shard) is { } stats) Count(stats);
        }
        _closed = await StoredShards.IsClosedAsync(store, JobId);
        _ledger = ledger;
        // Workers that drew for a lost activation get the time to say so before their shards are leased again.
        _leasesFrom = time.GetTimestamp() + (long)(2 * HeartbeatPeriod.TotalSeconds * time.TimestampFrequency);
        LogRecovered(JobId, ledger.Committed, _plan.Shards);
        if (!_closed) await AnnounceAsync();
    }

    // Tells the dispatcher now and every few seconds, since it may lose its memory too; the timer also keeps this activation alive.
    private async Task AnnounceAsync()
    {
        if (_closed) return;
        await Dispatcher.Register(JobId);
        _announcements ??= this.RegisterGrainTimer(
            () => _closed ? Task.CompletedTask : Dispatcher.Register(JobId),
            new GrainTimerCreationOptions { DueTime = RegistrationPeriod, Period = RegistrationPeriod, KeepAlive = true, Interleave = true });
    }

    private JobRecord RequireCreated() => _record ?? throw new InvalidInputException($"job '{JobId}' does not exist");

    private void Count(ShardStats stats)
    {
        _failedSamples += stats.Failed;
        _truncatedSamples += stats.Truncated;
    }

    private JobProgress Progress()
    {
        if (_ledger is null || _plan is null)
        {
            return new JobProgress
            {
                JobId = JobId,
                Status = !_recovery.IsCompleted ? JobStatus.Recovering : _record is null ? JobStatus.Unknown : JobStatus.Staging,
                Message = _recovery.IsFaulted ? _recovery.Exception.InnerException!.Message : null,
            };
        }
        var drawn = _ledger.CommittedSamples + _ledger.Drawing;
        var rate = _rate.PerSecond;
        return new JobProgress
        {
            JobId = JobId,
            Status = _failure is not null ? JobStatus.Failed : _closed ? JobStatus.Completed : JobStatus.Running,
            Message = _failure ?? _message,
            Samples = _plan.Samples,
            Finished = _ledger.CommittedSamples,
            Drawn = drawn,
            Failed = _failedSamples,
            Truncated = _truncatedSamples,
            Shards = _plan.Shards,
            ShardsFinished = _ledger.Committed,
            ShardsLeased = _ledger.Leased,
            ImagesPerSecond = rate,
            Eta = rate > 0 ? TimeSpan.FromSeconds((_plan.Samples - drawn) / rate) : null,
        };
    }

    private static string Describe(PromptRow? row) =>
        row is null ? "absent" : $"\"{(row.Prompt.Length > 60 ? row.Prompt[..60] + "..." : row.Prompt)}\"{(row.Id is null ? "" : $" (id {row.Id})")}"
            + (row.Seed is null ? "" : $" seed {row.Seed}") + (row.GuidanceScale is null ? "" : $" guidance {row.GuidanceScale}")
            + (row.NegativePrompt is null ? "" : $" against \"{row.NegativePrompt}\"")
            + (row.Label is null ? "" : $" label \"{row.Label}\"")
            + (row.InputSha256 is null ? "" : $" inpainting {row.InputSha256[..12]}");

    [LoggerMessage(LogLevel.Information, "Job {Job} started with {Samples} samples in {Shards} shards")]
    private partial void LogStarted(string job, long samples, int shards);

    [LoggerMessage(LogLevel.Information, "Job {Job} recovered: {Committed} of {Shards} shards are committed")]
    private partial void LogRecovered(string job, int committed, int shards);

    [LoggerMessage(LogLevel.Information, "Job {Job} completed")]
    private partial void LogCompleted(string job);

    [LoggerMessage(LogLevel.Warning, "Job {Job} keeps worker {Worker} out: its numerics class is {Class}, the job's is {Wanted}")]
    private partial void LogExcluded(string job, string worker, string @class, string wanted);

    [LoggerMessage(LogLevel.Warning, "Job {Job}: work on shard {Shard} failed: {Fault}")]
    private partial void LogFault(string job, int shard, string fault);
}
