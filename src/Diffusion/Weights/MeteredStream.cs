namespace Atelier.Diffusion.Weights;

/// <summary>A stream from which no more than so many bytes can be read, wherever in it they are.</summary>
/// <param name="inner">The stream, which is disposed with this one.</param>
internal sealed class MeteredStream(Stream inner) : Stream
{
    /// <summary>How many bytes may still be read.</summary>
    public required long Left { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">More is read than is allowed.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        return (Left -= count) >= 0 ? count : throw new InvalidDataException("it has more bytes of names and places of files than are allowed");
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush() => inner.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
