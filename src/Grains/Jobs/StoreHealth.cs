namespace Atelier.Grains.Jobs;

/// <summary>Whether the store answers. What it cannot do now is tried again later; nothing is lost by it.</summary>
internal sealed class StoreHealth(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private long _troubledSince;

    /// <summary>What is wrong, in words for the user; null when the last call went well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether to spare the store, since it failed a moment ago.</summary>
    public bool IsPausing => Trouble is not null && time.GetElapsedTime(_troubledSince) < Pause;

    /// <summary>Calls the store. Its failures come as one type that every caller of a grain can read.</summary>
    /// <exception cref="IOException">The store cannot be read or written at present.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            var result = await call();
            Trouble = null;
            return result;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Trouble = $"the store cannot be used at present: {fault.Message}";
            _troubledSince = time.GetTimestamp();
            throw new IOException(Trouble, fault);
        }
    }

    public Task CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call();
        return true;
    });
}
