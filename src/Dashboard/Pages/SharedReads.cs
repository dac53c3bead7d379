using System.Collections.Concurrent;

namespace Atelier.Dashboard.Pages;

/// <summary>What many viewers ask for is read once a second, however many they are.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="read">Reads it, by a name.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedReads<T>(Func<string, CancellationToken, Task<T>> read, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.9);
    private const int MostKept = 1000;
    private readonly ConcurrentDictionary<string, (long Begun, Task<T> Reading)> _kept = new(StringComparer.Ordinal);

    /// <summary>What has the name, read now or a moment ago.</summary>
    public Task<T> GetAsync(string name, CancellationToken cancellationToken) => GetAsync(name, read, cancellationToken);

    /// <summary>The same, read in a way that only who asks knows; all who use a name know the same.</summary>
    public Task<T> GetAsync(string name, Func<string, CancellationToken, Task<T>> readThis, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(name, out var kept) && !kept.Reading.IsFaulted && time.GetElapsedTime(kept.Begun) < Fresh) return kept.Reading.WaitAsync(cancellationToken);
        if (_kept.Count >= MostKept) _kept.Clear();
        // Whoever gives up leaves it to the others.
        var reading = readThis(name, CancellationToken.None);
        _kept[name] = (time.GetTimestamp(), reading);
        return reading.WaitAsync(cancellationToken);
    }

    /// <summary>Says that something was done of which the next reader is to see the effect.</summary>
    public void Expire(string name) => _kept.TryRemove(name, out _);
}
