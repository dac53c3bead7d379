namespace Atelier.Dataset.Stores;

/// <summary>Reads a store's file whole, which takes as much memory as it is long: what strangers put into a store must not be able to take all there is.</summary>
internal static class WholeFile
{
    // The largest that is read whole is a part of a shard; most have a few hundred bytes.
    private const int MaxBytes = 1 << 30;

    /// <summary>Reads it.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="content">The file, at its beginning.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is longer than a file that is read whole may be.</exception>
    public static async Task<byte[]> ReadAsync(string path, Stream content, long length, CancellationToken cancellationToken)
    {
        if (length > MaxBytes) throw new InvalidDataException($"'{path}' has {length} bytes; a file that is read whole has at most {MaxBytes}");
        var whole = new byte[length];
        await content.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
        return whole;
    }
}
