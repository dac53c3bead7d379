namespace Atelier.Dataset.Stores.Blobs;

/// <summary>
/// Uploads what is written to it block by block, while the next block is being filled; two blocks are in memory at most. A failed upload
/// is thrown by one of the writes that follow, or by <see cref="TryCompleteAsync"/>.
/// </summary>
internal sealed class BlockStream(BlockUpload upload, int blockBytes) : Stream
{
    private readonly CancellationTokenSource _abandoned = new();
    private byte[]? _filling;
    private byte[]? _spare;
    private int _filled;
    private long _length;
    private Task _staging = Task.CompletedTask;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_filled == blockBytes)
                await StageAsync(cancellationToken).ConfigureAwait(false);
            if (_filling is null)
                (_filling, _spare) = (_spare ?? GC.AllocateUninitializedArray<byte>(blockBytes), null);
            var count = Math.Min(buffer.Length, blockBytes - _filled);
            buffer[..count].CopyTo(_filling.AsMemory(_filled));
            _filled += count;
            _length += count;
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Blocks the caller's thread only when a block is full and the one before is still on its way.
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    // Nothing is durable before the blob is made, and blocks are to be full.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Makes the blob of what was written, unless there is one.</summary>
    public async Task<bool> TryCompleteAsync(CancellationToken cancellationToken)
    {
        if (_length <= blockBytes)
            return await upload.TryPutAsync(_filling.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
        await StageAsync(cancellationToken).ConfigureAwait(false);
        await _staging.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await upload.TryCommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await _staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandoned.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        await _staging.WaitAsync(cancellationToken).ConfigureAwait(false);
        var full = _filling!;
        var content = full.AsMemory(0, _filled);
        (_filling, _filled) = (null, 0);
        _staging = StageAndKeepAsync();

        async Task StageAndKeepAsync()
        {
            await upload.StageAsync(content, _abandoned.Token).ConfigureAwait(false);
            _spare = full;
        }
    }
}
