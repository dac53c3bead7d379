using Atelier.Dataset.Images;

namespace Atelier.Dataset.Inputs;

/// <summary>
/// A picture that a prompt list names, which may be anything: only whole regular files of a bounded size are read, and only pictures of a bounded
/// number of pixels decoded.
/// </summary>
/// <param name="Content">The file.</param>
/// <param name="Width">Pixels in a row, as the picture is meant to be seen.</param>
/// <param name="Height">Rows.</param>
internal sealed record PictureFile(byte[] Content, int Width, int Height)
{
    private const long MaxBytes = 64 << 20;
    private const long MaxPixels = 64_000_000;

    /// <summary>Reads a file and its header.</summary>
    /// <param name="folder">What a relative path is relative to.</param>
    /// <param name="path">The path, as the list has it.</param>
    /// <exception cref="InvalidDataException">Says what is wrong with it, in words that follow "it cannot be used:".</exception>
    public static PictureFile Read(string folder, string path)
    {
        // On Windows, where merely to look at such a path is to greet the machine in it.
        if (path.StartsWith(@"\\", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal))
            throw new InvalidDataException("paths on the network are not allowed");
        try
        {
            var file = new FileInfo(Path.GetFullPath(path, folder));
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            if (Directory.Exists(file.FullName)) throw new InvalidDataException("it is a folder");
            if (!file.Exists) throw new InvalidDataException($"there is no such file in {folder}");
            // Pipes and devices too have no length; to open one may wait for ever.
            if (file.Length == 0) throw new InvalidDataException("it is empty, or not a regular file");
            if (file.Length > MaxBytes) throw new InvalidDataException($"it has {file.Length:N0} bytes; at most {MaxBytes:N0} are allowed");
            var content = ReadAll(file);
            var (width, height) = SquareImage.SizeOf(content);
            return (long)width * height <= MaxPixels
                ? new PictureFile(content, width, height)
                : throw new InvalidDataException($"it has {width}x{height} pixels; at most {MaxPixels:N0} are allowed");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException(unreadable.Message.TrimEnd('.'), unreadable);
        }
    }

    /// <summary>The largest square in its middle, scaled; what is transparent comes out white.</summary>
    /// <param name="size">Width and height of what comes out.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RgbImage ToSquare(int size) => SquareImage.Decode(Content, size);

    private static byte[] ReadAll(FileInfo file)
    {
        using var stream = file.OpenRead();
        var content = new byte[Math.Min(stream.Length, MaxBytes)];
        stream.ReadExactly(content);
        return content;
    }
}
