using Atelier.Abstractions.Shards;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>Keeps what was last read of shards' tables: who scrolls through images asks for the same shard again and again.</summary>
internal sealed class TableCache(IStore store)
{
    // A row of a listing is some 450 bytes, and more where prompts are long: about 64 MB.
    private const int MaxRows = 150_000;

    // By the hash of its pixels an image may be kept for good.
    private static readonly ShardColumn[] Columns = [.. ShardColumns.Listing, ShardColumns.PixelSha256];

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Job, Guid Attempt), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _lastUsed = [];
    private long _rows;

    /// <summary>The columns of a listing and <see cref="ShardColumns.PixelSha256"/>, of a whole shard.</summary>
    public async Task<SampleRows> ReadAsync(string job, ShardStats stats, CancellationToken cancellationToken)
    {
        // An attempt made the table once and for good.
        var key = (job, stats.Attempt);
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                _lastUsed.Remove(known);
                _lastUsed.AddFirst(known);
                return known.Value.Rows;
            }
        }
        var rows = await ShardReader.ReadColumnsAsync(store, job, stats, Columns, 0, stats.Samples, cancellationToken);
        lock (_gate)
        {
            if (_entries.ContainsKey(key)) return rows;
            _entries.Add(key, _lastUsed.AddFirst(new Entry(key, rows)));
            _rows += rows.Count;
            while (_rows > MaxRows && _lastUsed.Last is { } oldest)
            {
                _lastUsed.RemoveLast();
                _entries.Remove(oldest.Value.Key);
                _rows -= oldest.Value.Rows.Count;
            }
        }
        return rows;
    }

    private sealed record Entry((string Job, Guid Attempt) Key, SampleRows Rows);
}
