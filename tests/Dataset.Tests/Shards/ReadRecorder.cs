namespace Atelier.Dataset.Tests.Shards;

/// <summary>A file that remembers which parts of it were read.</summary>
internal sealed class ReadRecorder(byte[] content) : MemoryStream(content)
{
    /// <summary>Parts that were read: from the first byte to the one after the last.</summary>
    public List<(long From, long To)> Reads { get; } = [];

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var from = Position;
        var part = new byte[buffer.Length];
        var read = base.Read(part, 0, part.Length);
        part.AsSpan(0, read).CopyTo(buffer);
        Reads.Add((from, from + read));
        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));
}
