using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Atelier.Dataset.RowIds;

/// <summary>
/// Sorts the ids of any number of rows into buckets by the first byte of their hash. In memory are 24 KiB a bucket; what is more goes to a temporary file, which has no name
/// from the moment it is open, so that a killed process leaves nothing.
/// </summary>
internal sealed class RowIdBuckets : IDisposable
{
    private const int BufferBytes = 1024 * RowIdEntry.Bytes;

    private readonly byte[]?[] _buffers = new byte[]?[RowIdEntry.Buckets];
    private readonly int[] _used = new int[RowIdEntry.Buckets];

    // Where in the temporary file the full buffers of a bucket are.
    private readonly List<long>?[] _spilled = new List<long>?[RowIdEntry.Buckets];
    private SafeFileHandle? _file;
    private long _length;

    /// <summary>Rows added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="IOException">There is no room for the temporary file.</exception>
    public void Add(string id, long row)
    {
        var hash = RowIdEntry.HashOf(id);
        var bucket = RowIdEntry.BucketOf(hash);
        var buffer = _buffers[bucket] ??= new byte[BufferBytes];
        if (_used[bucket] == BufferBytes) Spill(bucket, buffer);
        new RowIdEntry(hash, row).Write(buffer.AsSpan(_used[bucket]));
        _used[bucket] += RowIdEntry.Bytes;
        Count++;
    }

    /// <summary>Whether no row is in a bucket.</summary>
    public bool IsEmpty(int bucket) => _buffers[bucket] is null;

    /// <summary>The entries of a bucket, in order: by hash, then by row.</summary>
    /// <exception cref="IOException">The temporary file cannot be read.</exception>
    public RowIdEntry[] Sorted(int bucket)
    {
        var spilled = _spilled[bucket] ?? [];
        var entries = new List<RowIdEntry>(checked((spilled.Count * BufferBytes + _used[bucket]) / RowIdEntry.Bytes));
        var part = new byte[BufferBytes];
        foreach (var offset in spilled)
        {
            for (var read = 0; read < BufferBytes;)
            {
                var more = RandomAccess.Read(_file!, part.AsSpan(read), offset + read);
                read += more > 0 ? more : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"a temporary file of {_length} bytes ends too early"));
            }
            Take(part);
        }
        if (_buffers[bucket] is { } buffer) Take(buffer.AsSpan(0, _used[bucket]));
        entries.Sort();
        return [.. entries];

        void Take(ReadOnlySpan<byte> bytes)
        {
            for (; !bytes.IsEmpty; bytes = bytes[RowIdEntry.Bytes..]) entries.Add(RowIdEntry.Read(bytes));
        }
    }

    /// <summary>What the file of a bucket holds.</summary>
    public static byte[] ToBytes(ReadOnlySpan<RowIdEntry> entries)
    {
        var bytes = new byte[checked(entries.Length * RowIdEntry.Bytes)];
        for (var i = 0; i < entries.Length; i++) entries[i].Write(bytes.AsSpan(i * RowIdEntry.Bytes));
        return bytes;
    }

    public void Dispose() => _file?.Dispose();

    private void Spill(int bucket, byte[] buffer)
    {
        _file ??= OpenTemporary();
        RandomAccess.Write(_file, buffer, _length);
        (_spilled[bucket] ??= []).Add(_length);
        _length += BufferBytes;
        _used[bucket] = 0;
    }

    private static SafeFileHandle OpenTemporary()
    {
        var path = Path.Combine(Path.GetTempPath(), $"atelier-{Guid.NewGuid():N}");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        return file;
    }
}
