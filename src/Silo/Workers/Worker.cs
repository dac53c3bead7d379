using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Models;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>
/// Drives one device: asks for a lease, does the work, asks again. When the work is no longer wanted it stops at the next denoising step; when the
/// process is to stop, it first finishes the batch it is in, where that is kept.
/// </summary>
internal sealed partial class Worker(
    WorkerInfo info, IGrainFactory grains, IStore store, IModelProvider models, TimeProvider time, ILogger<Worker> logger) : IDisposable
{
    /// <summary>
    /// How long a batch may take to finish once the process is to stop. Half of what Kubernetes and spot machines usually give before they kill,
    /// so that the rest is left for keeping the batch and giving the lease back.
    /// </summary>
    public static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(15);

    // Asks soon at first: a worker that has just become idle, or just started, often waits for milliseconds.
    private static readonly TimeSpan FirstIdlePause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);

    private readonly DeviceThread _device = new(info.Name, () => models.PrepareThread(info.Device));
    private readonly GrainCalls _calls = new(time, logger);
    private readonly StoreOutage _outage = new(store, time, logger);
    private readonly DrawingPace _pace = new(time);
    private string? _loadedModel;

    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = FirstIdlePause;
        while (!stopping.IsCancellationRequested)
        {
            WorkLease? lease = null;
            try
            {
                lease = await grains.GetGrain<IDispatcherGrain>(0).Acquire(info with { ModelDigest = _loadedModel }, stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                LogNoDispatcher(lost, info.Name);
            }
            if (lease is not null)
            {
                await WorkAsync(lease, stopping);
                pause = FirstIdlePause;
                continue;
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < IdlePause ? pause * 2 : IdlePause;
        }
    }

    public void Dispose() => _device.Dispose();

    private async Task WorkAsync(WorkLease lease, CancellationToken stopping)
    {
        var job = grains.GetGrain<IJobGrain>(lease.JobId);
        var state = new LeaseState(_pace);
        await using var heartbeat = new LeaseHeartbeat(job, lease, state.Progress, time, logger);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Unwanted, stopping);
        try
        {
            await AttemptFiles.BeginAsync(store, lease, new AttemptNote { Worker = info.Name, At = time.GetUtcNow() }, stop.Token);
            var finished = lease.Kind switch
            {
                WorkKind.Draw => await DrawAsync(job, lease, state, heartbeat.Unwanted, stopping),
                WorkKind.Promote => await PromoteAsync(lease, stop.Token),
                _ => await CloseAsync(lease, stop.Token),
            };
            if (finished) await _calls.RetryAsync(() => job.Complete(lease));
            else await ReturnAsync(null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await ReturnAsync(null);
        }
        catch (Exception fault)
        {
            // Any other error is the machine's or the store's, not a sample's: the lease goes back, and the job decides how often to try.
            LogFault(fault, info.Name, lease.Kind, lease.JobId, lease.Shard);
            // What is cancelled by somebody else is no failure either: a silo that finds itself expelled ends all its calls.
            await ReturnAsync(fault is OperationCanceledException || await WasOutageAsync(fault) ? null : fault.Message);
            await Task.Delay(FaultPause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await NoteEndAsync(lease);
        }

        // What was being written is void after an outage; the shard begins again at its last part, which is at most a minute back.
        async Task<bool> WasOutageAsync(Exception fault)
        {
            var stage = state.Stage;
            state.Stage = WorkStage.WaitingForStore;
            try
            {
                return await _outage.OutlastAsync(fault, lease.JobId, stop.Token);
            }
            catch (OperationCanceledException)
            {
                return true;
            }
            finally
            {
                state.Stage = stage;
            }
        }

        // A heartbeat after the return would take the lease up again, and its shard would wait until it expires.
        async Task ReturnAsync(string? fault)
        {
            await heartbeat.EndAsync();
            try
            {
                await _calls.RetryAsync(() => job.Return(lease, fault));
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException)
            {
                // The lease expires by itself; the worker goes on.
                LogNoReturn(lost, info.Name, lease.JobId);
            }
        }
    }

    // A process that dies from here on does not die of this work.
    private async Task NoteEndAsync(WorkLease lease)
    {
        try
        {
            await AttemptFiles.EndAsync(store, lease);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            LogEndNotNoted(left, lease.JobId);
        }
    }

    private async Task<bool> DrawAsync(IJobGrain job, WorkLease lease, LeaseState state, CancellationToken unwanted, CancellationToken stopping)
    {
        using var begin = CancellationTokenSource.CreateLinkedTokenSource(unwanted, stopping);
        var record = await ReadRecordAsync(lease, begin.Token);
        var plan = await JobFiles.ReadPlanAsync(store, lease.JobId, begin.Token)
            ?? throw new FileNotFoundException($"{JobPaths.Plan(lease.JobId)} is missing");
        _pace.Begin(lease.Incarnation);
        state.Stage = WorkStage.LoadingModel;
        IImageModel model;
        try
        {
            model = await models.LoadAsync(record.Spec.Model, record.Spec.ModelDigest, info.Device, begin.Token);
        }
        catch (InvalidInputException unfit)
        {
            // Not the shard's fault, nor one that another try could mend: this worker has not the job's model.
            await _calls.RetryAsync(() => job.Refuse(lease, info, unfit.Message));
            return false;
        }
        _loadedModel = record.Spec.ModelDigest;
        if (plan.BatchSize is null) plan = plan with { BatchSize = await ResolveBatchAsync(job, record.Spec, plan, model, begin.Token) };
        state.Stage = WorkStage.Probing;
        var numericsClass = await _device.RunAsync(() => model.NumericsClass(plan.BatchSize.Value));
        if (!await _calls.RetryAsync(() => job.Admit(info, numericsClass))) return false;

        using var grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var draining = stopping.Register(() => grace.CancelAfter(DrainGrace));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(unwanted, grace.Token);
        var drawing = new ShardDrawing(new DrawingJob(store, lease.JobId, record, plan, model), _device, time, logger)
        {
            // The next attempt begins where this one has come to: that is progress, whatever kills the process after it.
            OnFirstPartKept = () => NoteEndAsync(lease),
            Pace = _pace,
        };
        state.Begin(drawing);
        var stats = await drawing.RunAsync(lease, numericsClass, stopping, stop.Token);
        state.Stage = WorkStage.Finishing;

        // From here on a heartbeat may find the shard committed, by this attempt itself: only the end of the process stops what is left to do.
        var outcome = await CommitAsync(job, lease, stats, grace.Token);
        if (outcome == CommitOutcome.Won) await ShardPromotion.PromoteAsync(store, lease.JobId, stats, grace.Token);
        if (outcome == CommitOutcome.Lost) await ShardPromotion.DiscardAsync(store, lease.JobId, stats.Shard, stats.Attempt, grace.Token);
        if (outcome == CommitOutcome.Won && drawing.HasParts) await RemovePartsAsync(lease, grace.Token);
        LogDrawn(info.Name, lease.JobId, lease.Shard, outcome);
        return outcome == CommitOutcome.Won;
    }

    // More than a shard holds would be padding, in every batch.
    private async Task<int> ResolveBatchAsync(IJobGrain job, JobSpec spec, JobPlan plan, IImageModel model, CancellationToken cancellationToken)
    {
        var batchSize = await new BatchCalibration(store, _device, time, logger).FindAsync(spec, model, cancellationToken);
        return await _calls.RetryAsync(() => job.ResolveBatch(Math.Min(batchSize, plan.SamplesIn(0))));
    }

    // The grain commits by a file of its own. A finished shard is not given up because the store is silent at that moment.
    private async Task<CommitOutcome> CommitAsync(IJobGrain job, WorkLease lease, ShardStats stats, CancellationToken cancellationToken)
    {
        for (var isCertain = true; ; isCertain = false)
        {
            try
            {
                var outcome = await job.Commit(lease, stats);
                // An earlier call may be on its way still, and what it commits must be there.
                return outcome == CommitOutcome.Refused && isCertain ? CommitOutcome.Lost : outcome;
            }
            catch (IOException lost)
            {
                if (!await _outage.OutlastAsync(lost, lease.JobId, cancellationToken)) throw;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                await Task.Delay(FaultPause, time, cancellationToken);
            }
            catch (InvalidInputException)
            {
                // What was drawn in place of lost files is of no use if it differs from them.
                await ShardPromotion.DiscardAsync(store, lease.JobId, stats.Shard, stats.Attempt, cancellationToken);
                throw;
            }
        }
    }

    private async Task<bool> PromoteAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        var stats = await JobFiles.ReadStatsAsync(store, lease.JobId, lease.Shard, cancellationToken)
            ?? throw new FileNotFoundException($"{JobPaths.ShardStats(lease.JobId, lease.Shard)} is missing");
        await ShardPromotion.PromoteAsync(store, lease.JobId, stats, cancellationToken);
        await RemovePartsAsync(lease, cancellationToken);
        return true;
    }

    private async Task RemovePartsAsync(WorkLease lease, CancellationToken cancellationToken)
    {
        try
        {
            await ShardParts.RemoveAsync(store, lease.JobId, lease.Shard, cancellationToken);
        }
        catch (IOException left)
        {
            // The shard is there, which is what matters; closing the job removes what is left.
            LogPartsLeft(left, lease.JobId, lease.Shard);
        }
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

    [LoggerMessage(LogLevel.Information, "{Worker} drew shard {Shard} of {Job}; its commit: {Outcome}")]
    private partial void LogDrawn(string worker, string job, int shard, CommitOutcome outcome);

    [LoggerMessage(LogLevel.Error, "{Worker} failed to {Kind} shard {Shard} of {Job}")]
    private partial void LogFault(Exception exception, string worker, WorkKind kind, string job, int shard);

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot reach the dispatcher")]
    private partial void LogNoDispatcher(Exception exception, string worker);

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot give back its lease of {Job}, which will expire")]
    private partial void LogNoReturn(Exception exception, string worker, string job);

    [LoggerMessage(LogLevel.Warning, "The end of work on {Job} could not be noted; should its grain be lost now, it counts one failure too many")]
    private partial void LogEndNotNoted(Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "Parts of shard {Shard} of {Job} could not be removed")]
    private partial void LogPartsLeft(Exception exception, string job, int shard);
}
