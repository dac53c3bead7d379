namespace Atelier.Dataset.Shards;

/// <summary>
/// Reads a shard's file under its attempt's name, and goes on under its plain name, where the same bytes are, once promotion has taken
/// the first away. Some stores keep a deleted file for those who have it open; others cannot.
/// </summary>
/// <param name="attempt">The file under its attempt's name.</param>
/// <param name="openPlain">Opens it under its plain name; null when there is none.</param>
internal sealed class UnpromotedStream(Stream attempt, Func<CancellationToken, Task<Stream?>> openPlain) : Stream
{
    private Stream _stream = attempt;
    private bool _promoted;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _stream.Length;

    public override long Position { get => _stream.Position; set => _stream.Position = value; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException) when (!_promoted)
        {
            var position = _stream.Position;
            if (await openPlain(cancellationToken).ConfigureAwait(false) is not { } plain)
                throw;
            await _stream.DisposeAsync().ConfigureAwait(false);
            (_stream, _promoted) = (plain, true);
            _stream.Position = position;
            return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => _stream.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
