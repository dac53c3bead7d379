using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Grains.Events;
using Atelier.Grains.Telemetry;

namespace Atelier.Grains.Jobs;

/// <summary>Whether the store answers. What it cannot do now is tried again later; nothing is lost by it. Thread-safe.</summary>
internal sealed class StoreHealth(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    // When the calls that are on their way began. A store repeats its requests for a while before it gives up.
    private readonly List<long> _waiting = [];
    private string? _failure;
    private volatile bool _isFull;
    private long _troubledSince;

    /// <summary>What is wrong, in words for the user; null when the last call went well and none is taking long.</summary>
    public string? Trouble
    {
        get
        {
            lock (_gate)
            {
                if (_failure is not null || _waiting is not [var oldest, ..] || time.GetElapsedTime(oldest) <= Patience) return _failure;
                return $"the store has not answered for more than {Patience.TotalSeconds} s";
            }
        }
    }

    /// <summary>The same with its code.</summary>
    public Reason? Why => Trouble is { } text ? new Reason(_isFull ? JobCodes.StoreFull : JobCodes.StoreUnreachable, text) : null;

    /// <summary>Whether to spare the store, since it failed a moment ago.</summary>
    public bool IsPausing
    {
        get
        {
            lock (_gate) return _failure is not null && time.GetElapsedTime(_troubledSince) < Pause;
        }
    }

    /// <summary>Calls the store. Its failures come as one type that every caller of a grain can read.</summary>
    /// <exception cref="FileNotFoundException">The store has answered that there is no such file: it is well.</exception>
    /// <exception cref="EndOfStreamException">The same of a part of one.</exception>
    /// <exception cref="IOException">The store cannot be read or written at present.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var began = time.GetTimestamp();
        lock (_gate) _waiting.Add(began);
        try
        {
            var result = await call();
            Note(failure: null);
            return result;
        }
        catch (Exception answer) when (answer is FileNotFoundException or EndOfStreamException)
        {
            Note(failure: null);
            throw;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var failure = $"the store cannot be used at present: {fault.Message}";
            _isFull = StoreRoom.IsOut(fault);
            Note(failure);
            JobTelemetry.StoreFailed();
            // Without the cause: its type is the store's own, which Orleans cannot send, nor a caller read. Its number tells a full disk.
            throw new IOException(failure, fault.HResult);
        }
        finally
        {
            lock (_gate) _waiting.Remove(began);
        }
    }

    public Task CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call();
        return true;
    });

    private void Note(string? failure)
    {
        lock (_gate) (_failure, _troubledSince) = (failure, time.GetTimestamp());
    }
}
