namespace Atelier.Dataset.Shards;

/// <summary>A file for a reader that takes its end for more bytes: there it throws. It tells what the file itself fails with from what the reader throws.</summary>
/// <param name="file">The file, which it does not own.</param>
internal sealed class EndlessGuard(Stream file) : Stream
{
    /// <summary>Whether the file could not be read, which is no fault of what is in it.</summary>
    public bool HasFailed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => file.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        HasFailed = true;
        var read = file.Read(buffer);
        return Check(read, buffer.Length);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        HasFailed = true;
        var read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Check(read, buffer.Length);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Check(int read, int wanted)
    {
        HasFailed = false;
        return read > 0 || wanted == 0 ? read : throw new EndOfStreamException("it ends too early");
    }
}
