using System.Collections.Concurrent;

namespace Atelier.Silo.Devices;

/// <summary>The one thread on which a worker computes, since some settings of the tensor library are a thread's own.</summary>
internal sealed class DeviceThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly Lazy<bool> _prepared;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="prepare">Runs on it before the first work, and what it throws, that and all later work throws.</param>
    public DeviceThread(string name, Action prepare)
    {
        _prepared = new Lazy<bool>(() =>
        {
            prepare();
            return true;
        });
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs work on the thread, after what was given before.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                _ = _prepared.Value;
                result.SetResult(work());
            }
            catch (OperationCanceledException cancelled) { result.SetCanceled(cancelled.CancellationToken); }
            catch (Exception failed) { result.SetException(failed); }
        });
        return result.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable()) action();
    }
}
