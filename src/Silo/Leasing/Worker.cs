using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Silo.Devices;
using Atelier.Silo.Drawing;
using Atelier.Silo.Fleet;
using Atelier.Silo.Models;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>
/// Drives one device: asks for a lease, has the work done, and asks for the next when the shard that was leased last is nearly drawn, so that the device goes from
/// one shard to the next without a pause. When the process is to stop, it first finishes the batch it is in, where that is kept, and the shards that are drawn.
/// </summary>
internal sealed partial class Worker : IDisposable
{
    // Asks soon at first: a worker that has just become idle, or just started, often waits for milliseconds.
    private static readonly TimeSpan FirstIdlePause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(200);

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DeviceThread _device;
    private readonly DrawingPace _pace;
    private readonly ShardWork _shards;
    private readonly LeaseWork _work;
    private LeaseState? _current;
    private string? _lastError;

    /// <summary>A worker that is ready to run.</summary>
    /// <param name="info">How it presents itself.</param>
    /// <param name="grains">The cluster.</param>
    /// <param name="store">Where jobs live.</param>
    /// <param name="models">Where models come from.</param>
    /// <param name="heartbeats">Keeps its leases alive.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">Told what befalls it.</param>
    public Worker(
        WorkerInfo info, IGrainFactory grains, IStore store, IModelProvider models, LeaseHeartbeats heartbeats, TimeProvider time, ILogger<Worker> logger)
    {
        (Info, _grains, _time, _logger) = (info, grains, time, logger);
        _device = new DeviceThread(info.Name, () => models.PrepareThread(info.Device), time, logger);
        _pace = new DrawingPace(time);
        var (calls, outage) = (new GrainCalls(time, logger), new StoreOutage(store, time, logger));
        var notes = new BegunNotes(info.Name, store, time, logger);
        var finishing = new ShardFinishing(info.Name, store, outage, time, logger);
        _shards = new ShardWork(info, store, models, _device, _pace, finishing, notes, calls, time, logger);
        _work = new LeaseWork(info.Name, grains, store, heartbeats, _shards, finishing, notes, calls, outage, time, logger);
    }

    /// <summary>How it presents itself.</summary>
    public WorkerInfo Info { get; }

    /// <summary>What it was told to do.</summary>
    public ObeyedOrders Orders { get; } = new();

    /// <summary>What it does, in a word: the values of the label <c>state</c> of its metric.</summary>
    public string StateName => !_device.Answers.IsCompleted ? "hung" : Orders.Order switch
    {
        WorkerOrder.Cordoned => "cordoned",
        WorkerOrder.Draining => "draining",
        _ => _current is null ? "idle" : "drawing",
    };

    /// <summary>Works until it is to stop, and then until its leases have ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var works = new List<Task>();
        LeaseState? last = null;
        var pause = FirstIdlePause;
        while (await IsFreeAsync(last, stopping))
        {
            if (await AcquireAsync(stopping) is { } lease)
            {
                last = new LeaseState(lease, _pace);
                works.RemoveAll(work => work.IsCompleted);
                works.Add(WorkAsync(lease, last, stopping));
                pause = FirstIdlePause;
                continue;
            }
            await Task.Delay(pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < IdlePause ? pause * 2 : IdlePause;
        }
        await Task.WhenAll(works);
    }

    /// <summary>What it does now.</summary>
    public WorkerState Look()
    {
        var state = _current;
        return new WorkerState
        {
            Worker = Info with { ModelDigest = _shards.LoadedModel },
            Model = _shards.LoadedModelName,
            JobId = state?.Lease.JobId,
            Shard = state is { Lease.Shard: >= 0 } ? state.Lease.Shard : null,
            Batch = state?.Batch,
            Step = state?.Step,
            ImagesPerSecond = state?.Progress().SamplesPerSecond ?? 0,
            LastError = _lastError,
            Order = Orders.Order,
        };
    }

    public void Dispose()
    {
        _device.Dispose();
        Orders.Dispose();
    }

    private async Task WorkAsync(WorkLease lease, LeaseState state, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, Orders.Working);
        _current = state;
        await _work.RunAsync(lease, state, ended.Token);
        _lastError = state.Fault ?? _lastError;
        Interlocked.CompareExchange(ref _current, null, state);
    }

    /// <summary>Waits until the device soon has nothing to do.</summary>
    /// <returns>False when the worker is to stop.</returns>
    private async Task<bool> IsFreeAsync(LeaseState? last, CancellationToken stopping)
    {
        try
        {
            if (last is not null) await last.SoonDrawn.WaitAsync(stopping);
            if (last is { HasWaitedInVain: true }) await _shards.WaitForDeviceAsync(stopping);
            await _device.Answers.WaitAsync(stopping);
            await Orders.Free.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            // As below.
        }
        return !stopping.IsCancellationRequested;
    }

    private async Task<WorkLease?> AcquireAsync(CancellationToken stopping)
    {
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(stopping, Orders.Leasing);
        try
        {
            return await _grains.GetGrain<IDispatcherGrain>(0).Acquire(Info with { ModelDigest = _shards.LoadedModel }, asking.Token);
        }
        catch (Exception lost)
        {
            // Whatever it is, the worker asks again, unless it is to stop.
            if (!asking.IsCancellationRequested) LogNoDispatcher(lost, Info.Name);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot reach the dispatcher")]
    private partial void LogNoDispatcher(Exception exception, string worker);
}
