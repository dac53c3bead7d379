using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Files;

/// <summary>Files of a store as one, one after the other; one is open at a time.</summary>
internal sealed class JoinedStream : Stream
{
    private readonly IStore _store;
    private readonly IReadOnlyList<StoreEntry> _parts;
    private readonly long[] _starts;
    private long _position;
    private int _open = -1;
    private Stream? _part;

    public JoinedStream(IStore store, IReadOnlyList<StoreEntry> parts)
    {
        (_store, _parts, _starts) = (store, parts, new long[parts.Count + 1]);
        for (var part = 0; part < parts.Count; part++) _starts[part + 1] = _starts[part] + parts[part].Length;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _starts[^1];

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty) return 0;
        // The last that begins at or before, past parts that are empty.
        var part = Array.BinarySearch(_starts, _position) is var found && found < 0 ? ~found - 1 : found;
        while (_starts[part + 1] <= _position) part++;
        if (part != _open)
        {
            if (_part is not null) await _part.DisposeAsync();
            _part = await _store.OpenReadAsync(_parts[part].Path, cancellationToken) ?? throw new FileNotFoundException($"'{_parts[part].Path}' is gone", _parts[part].Path);
            _open = part;
        }
        _part!.Position = _position - _starts[part];
        var read = await _part.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _starts[part + 1] - _position)], cancellationToken);
        if (read == 0) throw new EndOfStreamException($"'{_parts[part].Path}' is shorter than it was");
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + (origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => Length,
    });

    public override void Flush() => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_part is not null) await _part.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _part?.Dispose();
        base.Dispose(disposing);
    }
}
