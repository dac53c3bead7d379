namespace Atelier.Dataset.Stores;

/// <summary>Reads a store's file whole, which takes as much memory as it is long: what strangers put into a store must not be able to take all there is.</summary>
internal static class WholeFile
{
    // The largest that is read whole is a part of a shard; most have a few hundred bytes.
    private const int MaxBytes = 1 << 30;

    /// <summary>Room for it.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="InvalidDataException">It is longer than a file that is read whole may be.</exception>
    public static byte[] Allocate(string path, long length) => length <= MaxBytes
        ? new byte[length]
        : throw new InvalidDataException($"'{path}' has {length} bytes; a file that is read whole has at most {MaxBytes}");
}
