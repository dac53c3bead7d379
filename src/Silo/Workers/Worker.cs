using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Silo.Models;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>Drives one device: asks for a lease, does the work, asks again. Stops at the next denoising step when told to.</summary>
internal sealed partial class Worker(
    WorkerInfo info, IGrainFactory grains, IStore store, ModelLibrary models, TimeProvider time, ILogger<Worker> logger) : IDisposable
{
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private const int MaxTries = 30;

    private readonly DeviceThread _device = new(info.Name);
    private string? _loadedModel;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            WorkLease? lease = null;
            try
            {
                lease = await grains.GetGrain<IDispatcherGrain>(0).Acquire(info with { ModelDigest = _loadedModel });
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                LogNoDispatcher(lost, info.Name);
            }
            if (lease is not null) await WorkAsync(lease, stopping);
            else await Task.Delay(IdlePause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _device.Dispose();

    private async Task WorkAsync(WorkLease lease, CancellationToken stopping)
    {
        var job = grains.GetGrain<IJobGrain>(lease.JobId);
        using var unwanted = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        ShardDrawing? drawing = null;
        var heartbeat = HeartbeatAsync(job, lease, () => Volatile.Read(ref drawing)?.Drawn ?? 0, unwanted, done.Token);
        try
        {
            var finished = lease.Kind switch
            {
                WorkKind.Draw => await DrawAsync(job, lease, value => Volatile.Write(ref drawing, value), unwanted.Token),
                WorkKind.Promote => await PromoteAsync(lease, unwanted.Token),
                _ => await CloseAsync(lease, unwanted.Token),
            };
            if (finished) await RetryAsync(() => job.Complete(lease));
            else await ReturnAsync(null);
        }
        catch (OperationCanceledException) when (unwanted.IsCancellationRequested)
        {
            await ReturnAsync(null);
        }
        catch (Exception fault)
        {
            // Any other error is the machine's or the store's, not a sample's: the lease goes back, and the job decides how often to try.
            LogFault(fault, info.Name, lease.Kind, lease.JobId, lease.Shard);
            await ReturnAsync(fault.Message);
            await Task.Delay(RetryPause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await EndHeartbeatAsync();
        }

        // A heartbeat after the return would take the lease up again, and its shard would wait until it expires.
        async Task ReturnAsync(string? fault)
        {
            await EndHeartbeatAsync();
            try
            {
                await RetryAsync(() => job.Return(lease, fault));
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException)
            {
                // The lease expires by itself; the worker goes on.
                LogNoHeartbeat(lost, info.Name, lease.JobId);
            }
        }

        async Task EndHeartbeatAsync()
        {
            await done.CancelAsync();
            await heartbeat;
        }
    }

    private async Task<bool> DrawAsync(IJobGrain job, WorkLease lease, Action<ShardDrawing> started, CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(lease, cancellationToken);
        var plan = await JobFiles.ReadPlanAsync(store, lease.JobId, cancellationToken)
            ?? throw new FileNotFoundException($"{JobPaths.Plan(lease.JobId)} is missing");
        LoadedModel model;
        try
        {
            model = await _device.RunAsync(() => models.Load(record.Spec.Model, record.Spec.ModelDigest));
        }
        catch (InvalidInputException unfit)
        {
            // Not the shard's fault, nor one that another try could mend: this worker has not the job's model.
            await RetryAsync(() => job.Refuse(lease, info, unfit.Message));
            return false;
        }
        _loadedModel = record.Spec.ModelDigest;
        var numericsClass = await _device.RunAsync(() => model.NumericsClass(plan.BatchSize));
        if (!await job.Admit(info, numericsClass)) return false;

        var drawing = new ShardDrawing(store, lease.JobId, record, plan, model, _device);
        started(drawing);
        var stats = await drawing.RunAsync(lease.Shard, numericsClass, cancellationToken);
        var won = false;
        await RetryAsync(async () => won = await job.Commit(lease, stats));
        if (won) await ShardPromotion.PromoteAsync(store, lease.JobId, stats, cancellationToken);
        else await ShardPromotion.DiscardAsync(store, lease.JobId, stats.Shard, stats.Attempt, cancellationToken);
        LogDrawn(info.Name, lease.JobId, lease.Shard, won);
        return won;
    }

    private async Task<bool> PromoteAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        var stats = await JobFiles.ReadStatsAsync(store, lease.JobId, lease.Shard, cancellationToken)
            ?? throw new FileNotFoundException($"{JobPaths.ShardStats(lease.JobId, lease.Shard)} is missing");
        await ShardPromotion.PromoteAsync(store, lease.JobId, stats, cancellationToken);
        return true;
    }

    private async Task<bool> CloseAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        await ReadRecordAsync(lease, cancellationToken);
        await JobClosing.CloseAsync(store, lease.JobId, cancellationToken);
        return true;
    }

    private async Task<JobRecord> ReadRecordAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        var record = await JobFiles.ReadRecordAsync(store, lease.JobId, cancellationToken);
        return record?.Incarnation == lease.Incarnation
            ? record
            : throw new InvalidOperationException($"job '{lease.JobId}' is not the one the lease was given for");
    }

    private async Task HeartbeatAsync(
        IJobGrain job, WorkLease lease, Func<double> drawn, CancellationTokenSource unwanted, CancellationToken done)
    {
        using var timer = new PeriodicTimer(HeartbeatPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                try
                {
                    if (!await job.Heartbeat(lease, drawn())) await unwanted.CancelAsync();
                }
                catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException)
                {
                    LogNoHeartbeat(lost, info.Name, lease.JobId);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is finished.
        }
    }

    // A grain call may fail while its silo is being replaced or the store is out of reach; all of these may be repeated.
    private async Task RetryAsync(Func<Task> call)
    {
        for (var left = MaxTries; ; left--)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException && left > 1)
            {
                LogRetry(lost, info.Name);
                await Task.Delay(RetryPause, time);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Worker} drew shard {Shard} of {Job}; its attempt won: {Won}")]
    private partial void LogDrawn(string worker, string job, int shard, bool won);

    [LoggerMessage(LogLevel.Error, "{Worker} failed to {Kind} shard {Shard} of {Job}")]
    private partial void LogFault(Exception exception, string worker, WorkKind kind, string job, int shard);

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot reach the dispatcher")]
    private partial void LogNoDispatcher(Exception exception, string worker);

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot send a heartbeat for {Job}")]
    private partial void LogNoHeartbeat(Exception exception, string worker, string job);

    [LoggerMessage(LogLevel.Warning, "{Worker} repeats a grain call")]
    private partial void LogRetry(Exception exception, string worker);
}
