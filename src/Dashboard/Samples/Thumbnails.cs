using Atelier.Dataset.Images;

namespace Atelier.Dashboard.Samples;

/// <summary>Small pictures of large images: a few are made at a time, each once for all who ask for it, and the last ones are kept.</summary>
internal sealed class Thumbnails : IDisposable
{
    /// <summary>Width and height that they fit into.</summary>
    public const int Size = 256;

    /// <summary>Images up to this length are sent as they are: to make them smaller would take longer.</summary>
    public const long LargeBytes = 128 << 10;

    private const int AtOnce = 4;

    // Some 10 kB each.
    private const int MaxKept = 4000;

    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<byte[]>> _made = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>The small picture of an image.</summary>
    /// <param name="pixelSha256">Tells the image from others.</param>
    /// <param name="read">Reads it, if need be.</param>
    /// <param name="cancellationToken">Gives up; it is made all the same, if others wait for it or not.</param>
    public Task<byte[]> GetAsync(string pixelSha256, Func<Task<byte[]>> read, CancellationToken cancellationToken)
    {
        Task<byte[]> made;
        lock (_gate)
        {
            if (!_made.TryGetValue(pixelSha256, out made!) || made.IsFaulted)
            {
                if (made is null) _order.Enqueue(pixelSha256);
                _made[pixelSha256] = made = Task.Run(() => MakeAsync(read), CancellationToken.None);
                if (_order.Count > MaxKept) _made.Remove(_order.Dequeue());
            }
        }
        return made.WaitAsync(cancellationToken);
    }

    public void Dispose() => _room.Dispose();

    private async Task<byte[]> MakeAsync(Func<Task<byte[]>> read)
    {
        await _room.WaitAsync();
        try
        {
            return Thumbnail.Make(await read(), Size);
        }
        finally
        {
            _room.Release();
        }
    }
}
