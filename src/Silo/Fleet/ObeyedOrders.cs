using Atelier.Abstractions.Fleet;

namespace Atelier.Silo.Fleet;

/// <summary>What a worker was told to do, as tokens that it works by. Thread-safe.</summary>
internal sealed class ObeyedOrders : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _leasing = new();
    private CancellationTokenSource _working = new();
    private TaskCompletionSource _free = Completed();

    /// <summary>What holds.</summary>
    public WorkerOrder Order { get; private set; }

    /// <summary>Cancelled when the worker is to take nothing new.</summary>
    public CancellationToken Leasing
    {
        get
        {
            lock (_gate) return _leasing.Token;
        }
    }

    /// <summary>Cancelled when it is to give back what it has, as soon as nothing is lost by it.</summary>
    public CancellationToken Working
    {
        get
        {
            lock (_gate) return _working.Token;
        }
    }

    /// <summary>Completes when it may take something new.</summary>
    public Task Free
    {
        get
        {
            lock (_gate) return _free.Task;
        }
    }

    public void Obey(WorkerOrder order)
    {
        CancellationTokenSource? leasing = null, working = null;
        lock (_gate)
        {
            if (order == Order) return;
            var before = Order;
            Order = order;
            if (order == WorkerOrder.None)
            {
                // The old ones stay for those who still hold their tokens.
                (_leasing, _working) = (new CancellationTokenSource(), new CancellationTokenSource());
                _free.TrySetResult();
                return;
            }
            if (before == WorkerOrder.None) (_free, leasing) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), _leasing);
            if (order == WorkerOrder.Draining) working = _working;
        }
        leasing?.Cancel();
        working?.Cancel();
    }

    public void Dispose()
    {
        _leasing.Dispose();
        _working.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
