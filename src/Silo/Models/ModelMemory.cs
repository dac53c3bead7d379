namespace Atelier.Silo.Models;

/// <summary>
/// The models that are in memory. Each is loaded once a device, however many want it. One that nobody holds stays, as it may be wanted again, until its device
/// has too many: then the least recently used gives way. One that is held never does, so that there are more while more are held.
/// </summary>
/// <typeparam name="TModel">A model, whose memory is free once it is disposed.</typeparam>
/// <param name="capacity">How many models a device has in memory, as far as they are not held.</param>
internal sealed class ModelMemory<TModel>(int capacity) : IDisposable
    where TModel : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Digest, string Device), Entry> _entries = [];
    private long _uses;
    private bool _isDisposed;

    /// <summary>Holds a model, which is loaded where it is not there. A failure is everybody's who waited for it; who asks later tries again.</summary>
    /// <param name="digest">The model.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="load">Loads it.</param>
    /// <param name="cancellationToken">Gives up waiting; the loading goes on.</param>
    /// <returns>The model, until that is disposed.</returns>
    public async Task<Hold> HoldAsync(string digest, string device, Func<Task<TModel>> load, CancellationToken cancellationToken)
    {
        var key = (digest, device);
        Entry? entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_entries.TryGetValue(key, out entry) || entry.HasFailed)
            {
                _entries.Remove(key);
                // Before the load, so that there is never one too many because of it.
                var evicted = TakeIdle(device, capacity - 1);
                _entries[key] = entry = new Entry(Task.Run(
                    () =>
                    {
                        Free(evicted);
                        return load();
                    },
                    CancellationToken.None));
            }
            entry.Holds++;
        }
        try
        {
            return new Hold(await entry.Loading.WaitAsync(cancellationToken), () => Release(key, entry));
        }
        catch
        {
            Release(key, entry);
            throw;
        }
    }

    /// <summary>Frees all models, also those that are held.</summary>
    public void Dispose()
    {
        List<TModel> loaded;
        lock (_gate)
        {
            _isDisposed = true;
            loaded = [.. _entries.Values.Where(entry => entry.Loading.IsCompletedSuccessfully).Select(entry => entry.Loading.Result)];
            _entries.Clear();
        }
        Free(loaded);
    }

    private void Release((string Digest, string Device) key, Entry entry)
    {
        List<TModel> evicted;
        lock (_gate)
        {
            entry.Holds--;
            entry.LastUse = ++_uses;
            if (entry.HasFailed && _entries.GetValueOrDefault(key) == entry) _entries.Remove(key);
            evicted = TakeIdle(key.Device, capacity);
        }
        Free(evicted);
    }

    /// <summary>Takes out models that nobody holds until a device has no more than so many, or all are held.</summary>
    private List<TModel> TakeIdle(string device, int most)
    {
        var ofDevice = _entries.Where(entry => entry.Key.Device == device).ToList();
        var idle = ofDevice.Where(entry => entry.Value is { Holds: 0, Loading.IsCompletedSuccessfully: true })
            .OrderBy(entry => entry.Value.LastUse).Take(Math.Max(ofDevice.Count - most, 0)).ToList();
        foreach (var (key, _) in idle) _entries.Remove(key);
        return [.. idle.Select(entry => entry.Value.Loading.Result)];
    }

    private static void Free(List<TModel> models)
    {
        foreach (var model in models) model.Dispose();
    }

    /// <summary>A model that stays until this is disposed.</summary>
    public sealed class Hold(TModel model, Action release) : IDisposable
    {
        private Action? _release = release;

        /// <summary>The model.</summary>
        public TModel Model => model;

        /// <summary>Gives it back; again does nothing.</summary>
        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }

    private sealed class Entry(Task<TModel> loading)
    {
        public Task<TModel> Loading => loading;

        public int Holds { get; set; }

        public long LastUse { get; set; }

        public bool HasFailed => loading.IsFaulted || loading.IsCanceled;
    }
}
