using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>Reads a blob piece by piece; it holds one piece. A blob that is deleted meanwhile ends it with <see cref="FileNotFoundException"/>.</summary>
internal sealed class BlobReadStream(BlobContainer container, BlockBlobClient blob, long length, ETag version, int pieceBytes) : Stream
{
    private readonly byte[] _piece = new byte[Math.Min(length, pieceBytes)];
    private long _position;
    private long _pieceStart;
    private int _pieceLength;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

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
        if (buffer.IsEmpty || _position >= length)
            return 0;
        if (_position < _pieceStart || _position >= _pieceStart + _pieceLength)
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        var rest = _piece.AsMemory(0, _pieceLength)[(int)(_position - _pieceStart)..];
        var count = Math.Min(buffer.Length, rest.Length);
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Blocks the caller's thread once a piece.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(_piece.Length, length - _position);
        // What is left of the last piece is overwritten, even if this fails half way.
        _pieceLength = 0;
        var found = await container.AskAsync(() => TryFetchAsync(_position, count, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!found)
            throw new FileNotFoundException($"'{blob.Name}' was deleted while it was being read.", blob.Name);
        (_pieceStart, _pieceLength) = (_position, count);
    }

    private async Task<bool> TryFetchAsync(long start, int count, CancellationToken cancellationToken)
    {
        var piece = new BlobDownloadOptions { Range = new HttpRange(start, count), Conditions = new() { IfMatch = version } };
        try
        {
            using var answer = (await blob.DownloadStreamingAsync(piece, cancellationToken).ConfigureAwait(false)).Value;
            await answer.Content.ReadExactlyAsync(_piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException gone) when (BlobContainer.IsMissing(gone) || gone.ErrorCode == "ConditionNotMet")
        {
            return false;
        }
    }
}
