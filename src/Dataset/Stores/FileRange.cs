namespace Atelier.Dataset.Stores;

/// <summary>The bytes of a file from one place to another.</summary>
internal static class FileRange
{
    /// <summary>Refuses what is no range of any file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Says which value.</exception>
    public static void Check(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, long.MaxValue - count);
    }

    /// <summary>Refuses a range that is not all in the file, before there is room made for it.</summary>
    /// <exception cref="EndOfStreamException">It is not.</exception>
    public static void CheckIsIn(string path, long length, long offset, int count)
    {
        if (offset + count > length) throw PastEnd(path, offset, count);
    }

    /// <summary>The file ends before the range does.</summary>
    public static EndOfStreamException PastEnd(string path, long offset, int count) =>
        new($"'{path}' ends before byte {offset + count}, where the {count} bytes that were asked for end");
}
