using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>A flow on its way. Each step does one thing that nothing can come between: go on to the next operation, or carry that out.</summary>
/// <param name="begin">Begins the flow.</param>
/// <param name="ended">Told what it threw; null when it came to its end.</param>
/// <param name="began">The step at which it begins.</param>
internal sealed class Fiber(Func<IEnumerable<StoreOperation>> begin, Action<Exception?> ended, int began)
{
    private IEnumerator<StoreOperation>? _flow;
    private bool _isAnswered;

    public int Began => began;

    public bool IsEnded { get; private set; }

    /// <summary>An operation that the store has not got yet; null when there is none.</summary>
    public StoreOperation? Unanswered => _flow is not null && !_isAnswered && !IsEnded ? _flow.Current : null;

    public void Step(IStore store, Func<StoreFault> fault)
    {
        if (Unanswered is { } operation)
        {
            var met = fault();
            if (met != StoreFault.Refused) operation.RunAsync(store, CancellationToken.None).GetAwaiter().GetResult();
            if (met != StoreFault.None) operation.Lose(new IOException("the network is down"));
            _isAnswered = true;
            return;
        }
        try
        {
            _flow ??= begin().GetEnumerator();
            _isAnswered = false;
            if (_flow.MoveNext()) return;
            End(null);
        }
        catch (Exception error) when (error is not InvariantException)
        {
            End(error);
        }
    }

    /// <summary>Ends it where it is, as the loss of its activation does.</summary>
    public void Drop()
    {
        IsEnded = true;
        ended(new TimeoutException("the silo is gone"));
    }

    private void End(Exception? error)
    {
        IsEnded = true;
        _flow?.Dispose();
        ended(error);
    }
}
