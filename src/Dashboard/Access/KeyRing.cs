using System.Collections.Concurrent;
using Atelier.Abstractions;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Access;

/// <summary>
/// The keys of the store, in memory: a listing every few seconds at most, however many requests come, and whatever keys they show. What another program has revoked opens
/// nothing after that time; what was revoked here, at once. While the store cannot be read, no key opens anything.
/// </summary>
internal sealed class KeyRing(IStore store, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private Reading _reading = new([], null, 0);
    private int _expired;

    /// <summary>The key that a token opens; null where it opens none.</summary>
    /// <param name="token">Any text.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<AccessKey?> OpenAsync(string? token, CancellationToken cancellationToken) =>
        AccessToken.TryParse(token) is { } shown && await FindAsync(shown.Id, cancellationToken) is { } key && shown.Opens(key) ? key : null;

    /// <summary>A key that is valid now.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<AccessKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if ((await ReadAsync(cancellationToken)).GetValueOrDefault(id).Key is not { } key || !key.IsValidAt(now)) return null;
        _used[id] = now;
        return key;
    }

    /// <summary>All keys, newest first.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<AccessKey>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await ReadAsync(cancellationToken)).Values.Select(version => version.Key).OfType<AccessKey>().OrderByDescending(key => key.Created).ThenBy(key => key.Id, StringComparer.Ordinal)];

    /// <summary>Whether any key is valid now.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<bool> HasAnyAsync(CancellationToken cancellationToken) => (await ListAsync(cancellationToken)).Any(key => key.IsValidAt(time.GetUtcNow()));

    /// <summary>When a key was last shown to this program; null for never.</summary>
    public DateTimeOffset? LastUse(string id) => _used.TryGetValue(id, out var at) ? at : null;

    /// <summary>Reads the store before the next key is looked at.</summary>
    public void Expire() => Interlocked.Increment(ref _expired);

    public void Dispose() => _gate.Dispose();

    private async Task<Dictionary<string, (int Number, AccessKey? Key)>> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(_reading)) return _reading.Keys;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (IsFresh(_reading)) return _reading.Keys;
            var (known, expired, at) = (_reading.Keys, Volatile.Read(ref _expired), time.GetTimestamp());
            var keys = new Dictionary<string, (int, AccessKey?)>(StringComparer.Ordinal);
            foreach (var (id, number) in await AccessKeys.ListAsync(store, cancellationToken))
                keys[id] = known.TryGetValue(id, out var version) && version.Number == number ? version : (number, await ReadAsync(id, number, cancellationToken));
            _reading = new Reading(keys, at, expired);
            return keys;
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool IsFresh(Reading reading) => reading.At is { } at && reading.Expired == Volatile.Read(ref _expired) && time.GetElapsedTime(at) < Fresh;

    // An earlier version may be of a time before it was revoked: a damaged one opens nothing.
    private async Task<AccessKey?> ReadAsync(string id, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await AccessKeys.ReadAsync(store, id, number, cancellationToken);
        }
        catch (Exception damaged) when (damaged is InvalidInputException or InvalidDataException)
        {
            return null;
        }
    }

    private sealed record Reading(Dictionary<string, (int Number, AccessKey? Key)> Keys, long? At, int Expired);
}
