using System.Collections.Concurrent;
using TorchSharp;

namespace Atelier.Silo.Workers;

/// <summary>
/// The one thread on which a worker runs tensors. It computes with one intra-op thread, because results depend on their number; the workers
/// of a CPU are parallel by being several.
/// </summary>
internal sealed class DeviceThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public DeviceThread(string name)
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs work on the thread, after what was given before.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try { result.SetResult(work()); }
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
        torch.set_num_threads(1);
        foreach (var action in _work.GetConsumingEnumerable()) action();
    }
}
