namespace Atelier.Grains.Jobs;

/// <summary>Whether the store answers. What it cannot do now is tried again later; nothing is lost by it.</summary>
internal sealed class StoreHealth(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // When the calls that are on their way began. A store repeats its requests for a while before it gives up.
    private readonly List<long> _waiting = [];
    private string? _failure;
    private long _troubledSince;

    /// <summary>What is wrong, in words for the user; null when the last call went well and none is taking long.</summary>
    public string? Trouble => _failure
        ?? (_waiting is [var oldest, ..] && time.GetElapsedTime(oldest) > Patience ? $"the store has not answered for more than {Patience.TotalSeconds} s" : null);

    /// <summary>Whether to spare the store, since it failed a moment ago.</summary>
    public bool IsPausing => _failure is not null && time.GetElapsedTime(_troubledSince) < Pause;

    /// <summary>Calls the store. Its failures come as one type that every caller of a grain can read.</summary>
    /// <exception cref="IOException">The store cannot be read or written at present.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var began = time.GetTimestamp();
        _waiting.Add(began);
        try
        {
            var result = await call();
            _failure = null;
            return result;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _failure = $"the store cannot be used at present: {fault.Message}";
            _troubledSince = time.GetTimestamp();
            // Without the cause: its type is the store's own, which Orleans cannot send, nor a caller read. Its number tells a full disk.
            throw new IOException(_failure, fault.HResult);
        }
        finally
        {
            _waiting.Remove(began);
        }
    }

    public Task CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call();
        return true;
    });
}
