using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Devices;

/// <summary>The one thread on which a worker computes, since some settings of the tensor library are a thread's own.</summary>
internal sealed partial class DeviceThread : IDisposable
{
    /// <summary>How long work may go on once it is cancelled; then the device is said to hang. Steps are shorter on most devices, and nothing is lost where one is not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<Action> _work = [];
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Lazy<bool> _prepared;
    private volatile Task _answers = Task.CompletedTask;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name, for debuggers and logs.</param>
    /// <param name="prepare">Runs on it before the first work, and what it throws, that and all later work throws.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">Told when the device hangs.</param>
    public DeviceThread(string name, Action prepare, TimeProvider time, ILogger logger)
    {
        (_name, _time, _logger) = (name, time, logger);
        _prepared = new Lazy<bool>(() =>
        {
            prepare();
            return true;
        });
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Complete unless the device hangs; then it completes when that answers again.</summary>
    public Task Answers => _answers;

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

    /// <summary>Runs work on the thread that ends soon after it is cancelled.</summary>
    /// <param name="work">Observes the token.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="TimeoutException">It was cancelled, and went on for longer than <see cref="Patience"/>: it is left behind.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var running = RunAsync(work);
        await ((Task)running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted) await ((Task)running).WaitAsync(Patience, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompleted) return await running;
        _answers = HangAsync(running);
        throw new TimeoutException($"the device of {_name} does not answer");
    }

    /// <summary>Runs something on the thread once it has done all that it was given before, however long that takes.</summary>
    public void Post(Action action) => _work.Add(action);

    /// <summary>Ends the thread when it has done its work; one that hangs is left to the end of the process.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        if (_thread.Join(Patience)) _work.Dispose();
    }

    private async Task HangAsync(Task running)
    {
        LogHangs(_name);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogAnswers(_name);
    }

    private void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            try
            {
                action();
            }
            catch (Exception failed)
            {
                LogFailed(failed, _name);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The device of {Worker} goes on with work that was cancelled; it gets no more until it answers")]
    private partial void LogHangs(string worker);

    [LoggerMessage(LogLevel.Warning, "The device of {Worker} answers again")]
    private partial void LogAnswers(string worker);

    [LoggerMessage(LogLevel.Error, "The device of {Worker} could not tidy up")]
    private partial void LogFailed(Exception exception, string worker);
}
