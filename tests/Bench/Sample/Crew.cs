using System.Diagnostics;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>Threads that all do the same at the same time; they stay, since libtorch keeps pools and scratch memory for each.</summary>
internal sealed class Crew : IDisposable
{
    private readonly Barrier _barrier;
    private readonly long[] _begun;
    private readonly long[] _ended;
    private Action<int>? _work;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">How many.</param>
    /// <param name="threads">Threads within operations, of each.</param>
    public Crew(int workers, int threads)
    {
        (_barrier, _begun, _ended) = (new Barrier(workers + 1), new long[workers], new long[workers]);
        for (var i = 0; i < workers; i++)
        {
            var worker = i;
            new Thread(() => Work(worker, threads)) { IsBackground = true, Name = $"worker {worker}" }.Start();
        }
    }

    /// <summary>How long all together take, from the first's beginning to the last's end.</summary>
    /// <param name="work">Given the worker's number.</param>
    public TimeSpan Time(Action<int> work)
    {
        _work = work;
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
        return Stopwatch.GetElapsedTime(_begun.Min(), _ended.Max());
    }

    public void Dispose()
    {
        _work = null;
        _barrier.SignalAndWait();
    }

    private void Work(int worker, int threads)
    {
        set_num_threads(threads);
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is null) return;
            _begun[worker] = Stopwatch.GetTimestamp();
            try
            {
                _work(worker);
            }
            catch (Exception failure)
            {
                // Thrown again by Time, on the thread that asked.
                _failure = failure;
            }
            _ended[worker] = Stopwatch.GetTimestamp();
            _barrier.SignalAndWait();
        }
    }
}
