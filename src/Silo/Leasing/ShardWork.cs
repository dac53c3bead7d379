using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Silo.Devices;
using Atelier.Silo.Drawing;
using Atelier.Silo.Models;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>
/// Draws a worker's shards in three stages that overlap: what a shard needs is read, it is drawn on the device's own thread, its files are finished, committed and
/// promoted. One shard is on the device, at most two are being finished, and the worker leases ahead no more than one, so that memory stays bounded.
/// </summary>
internal sealed class ShardWork(
    WorkerInfo info, IStore store, IModelProvider models, DeviceThread device, DrawingPace pace, ShardFinishing finishing, BegunNotes notes, GrainCalls calls,
    TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How long a batch may take to finish once the process is to stop. Half of what Kubernetes and spot machines usually give before they kill,
    /// so that the rest is left for keeping the batch and giving the lease back.
    /// </summary>
    public static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(15);

    private const int ShardsBeingFinished = 2;

    // A lease is had some seconds before the device is free. When that does not come true, somebody else may have it.
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(30);
    private const double StepsOfPatience = 10;

    // Whoever has it has the device, until the thread has done all that it was given: a device that hangs is nobody else's.
    private readonly BoundedStage _device = new(1, device.Post);
    private readonly BoundedStage _finishing = new(ShardsBeingFinished);
    private volatile Admission? _admission;
    private volatile string? _loadedModel;

    /// <summary>Digest of the model that was used last; null before the first.</summary>
    public string? LoadedModel => _loadedModel;

    /// <summary>Its name.</summary>
    public string? LoadedModelName { get; private set; }

    /// <summary>Waits until no shard is on the device.</summary>
    public Task WaitForDeviceAsync(CancellationToken cancellationToken) => _device.WaitForRoomAsync(cancellationToken);

    /// <summary>Does work that needs no device, as one of the shards that are being finished.</summary>
    public async Task WithoutDeviceAsync(LeaseState state, Func<Task> work, CancellationToken cancellationToken)
    {
        using var place = new StagePlace();
        await place.MoveToAsync(_finishing, cancellationToken);
        state.NeedDeviceNoMore();
        await work();
    }

    /// <summary>Draws, commits and promotes a shard.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="state">Told how far it is.</param>
    /// <param name="unwanted">Ends the work at the next step.</param>
    /// <param name="stopping">Ends it at once where the drawing has not begun, and otherwise as <see cref="ShardDrawing.RunAsync"/> says.</param>
    /// <returns>Whether the shard is this attempt's; otherwise the lease is to be returned.</returns>
    public async Task<bool> RunAsync(IJobGrain job, WorkLease lease, LeaseState state, CancellationToken unwanted, CancellationToken stopping)
    {
        using var begin = CancellationTokenSource.CreateLinkedTokenSource(unwanted, stopping);
        var record = await LeasedJob.ReadRecordAsync(store, lease, begin.Token);
        var plan = await JobFiles.ReadPlanAsync(store, lease.JobId, begin.Token)
            ?? throw new FileNotFoundException($"{JobPaths.Plan(lease.JobId)} is missing");
        using var place = new StagePlace();
        using var use = await LoadAsync(job, lease, record.Spec, place, state, begin.Token);
        if (use is null) return false;
        if (plan.BatchSize is null)
        {
            if (!await EnterDeviceAsync(place, state, begin.Token)) return false;
            plan = plan with { BatchSize = await ResolveBatchAsync(job, record.Spec, plan, use.Model, begin.Token) };
        }
        // What was admitted to a job once is so for good.
        var admission = _admission;
        if (admission?.Incarnation != lease.Incarnation)
        {
            if (!await EnterDeviceAsync(place, state, begin.Token)) return false;
            state.Stage = WorkStage.Probing;
            using var span = WorkerTracing.Part("probe");
            admission = new Admission(lease.Incarnation, await device.RunAsync(() => use.Model.NumericsClass(plan.BatchSize.Value), begin.Token));
            if (!await calls.RetryAsync(() => job.Admit(info, admission.NumericsClass))) return false;
            _admission = admission;
        }

        using var grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var draining = stopping.Register(() => grace.CancelAfter(DrainGrace));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(unwanted, grace.Token);
        var drawing = new ShardDrawing(new DrawingJob(store, lease.JobId, record, plan, use.Model), info.Name, device, time, logger)
        {
            // The next attempt begins where this one has come to: that is progress, whatever kills the process after it.
            OnFirstPartKept = () => notes.EndAsync(lease),
            OnStep = work =>
            {
                pace.Add(work);
                state.LookAhead();
            },
            OnDrawn = () =>
            {
                state.Stage = WorkStage.Finishing;
                use.Dispose();
                return place.MoveToAsync(_finishing, stop.Token);
            },
        };
        using (WorkerTracing.Part("prepare")) await drawing.PrepareAsync(lease, admission.NumericsClass, begin.Token);
        if (!await EnterDeviceAsync(place, state, begin.Token)) return false;
        await notes.BeginAsync(lease, begin.Token);
        pace.Begin(lease.Incarnation);
        state.Begin(drawing);
        ShardStats stats;
        using (WorkerTracing.Part("shard")) stats = await drawing.RunAsync(stopping, stop.Token);
        // From here on a heartbeat may find the shard committed, by this attempt itself: only the end of the process stops what is left to do.
        return await finishing.CommitAsync(job, lease, record.Spec.Model, stats, drawing.HasParts, grace.Token);
    }

    private async Task<ModelUse?> LoadAsync(
        IJobGrain job, WorkLease lease, JobSpec spec, StagePlace place, LeaseState state, CancellationToken cancellationToken)
    {
        state.Stage = WorkStage.LoadingModel;
        using var span = WorkerTracing.Part("model");
        try
        {
            IImageModel model;
            try
            {
                model = await models.LoadAsync(spec.Model, spec.ModelDigest, info.Device, cancellationToken);
            }
            catch (Exception full) when (SamplerFault.IsOfMemory(full))
            {
                // There may be room when the shard before is drawn, and its model given back.
                if (!await EnterDeviceAsync(place, state, cancellationToken)) return null;
                model = await models.LoadAsync(spec.Model, spec.ModelDigest, info.Device, cancellationToken);
            }
            (_loadedModel, LoadedModelName) = (spec.ModelDigest, spec.Model);
            state.Stage = WorkStage.Starting;
            return new ModelUse(model, device);
        }
        catch (InvalidInputException unfit)
        {
            // Not the shard's fault, nor one that another try could mend: this worker has not the job's model.
            await calls.RetryAsync(() => job.Refuse(lease, info, unfit.Message));
            return null;
        }
    }

    /// <summary>Waits for the device, unless the lease has it.</summary>
    /// <returns>Whether it has it; otherwise it has waited for too long.</returns>
    private async Task<bool> EnterDeviceAsync(StagePlace place, LeaseState state, CancellationToken cancellationToken)
    {
        var longest = Math.Max(LeastPatience.TotalSeconds, StepsOfPatience * pace.StepSeconds);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(longest), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await place.MoveToAsync(_device, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            state.HasWaitedInVain = true;
            return false;
        }
    }

    // More than a shard holds would be padding, in every batch.
    private async Task<int> ResolveBatchAsync(IJobGrain job, JobSpec spec, JobPlan plan, IImageModel model, CancellationToken cancellationToken)
    {
        var batchSize = await new BatchCalibration(store, device, time, logger).FindAsync(spec, model, cancellationToken);
        return await calls.RetryAsync(() => job.ResolveBatch(Math.Min(batchSize, plan.SamplesIn(0))));
    }

    private sealed record Admission(Guid Incarnation, string NumericsClass);
}
