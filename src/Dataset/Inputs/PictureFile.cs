using Atelier.Dataset.Images;
using Atelier.Input;

namespace Atelier.Dataset.Inputs;

/// <summary>
/// A picture that a prompt list names, which may be anything: only regular files of at most 64 MiB are read, and only pictures of at most 64 million
/// pixels decoded. Any file that the user can read may be named, outside the folder of the list too, and links are followed.
/// </summary>
/// <param name="Content">The file.</param>
/// <param name="Width">Pixels in a row, as the picture is meant to be seen.</param>
/// <param name="Height">Rows.</param>
internal sealed record PictureFile(byte[] Content, int Width, int Height)
{
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
            var content = RegularFile.ReadAllBytes(Path.GetFullPath(path, folder), EncodedImage.MaxBytes);
            var (width, height) = SquareImage.SizeOf(content);
            return new PictureFile(content, width, height);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"there is no such file in {folder}", missing);
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
}
