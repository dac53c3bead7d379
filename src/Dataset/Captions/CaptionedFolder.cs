using System.Text;
using Atelier.Abstractions;

namespace Atelier.Dataset.Captions;

/// <summary>
/// Reads a folder of images with captions, for training: beside each <c>x.png</c>, <c>.jpg</c>, <c>.jpeg</c> or <c>.webp</c> lies an
/// <c>x.txt</c> in UTF-8. Other files, hidden files and subfolders are left aside.
/// </summary>
public static class CaptionedFolder
{
    /// <summary>The endings of the names of the images that are read.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>The image files of the folder, in ordinal order of their names; each has a caption file.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidInputException">There is no such folder, no image in it, or an image without a caption.</exception>
    public static IReadOnlyList<string> List(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new InvalidInputException($"{folder}: there is no such folder.");
        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(file => file.Name[0] != '.' && Extensions.Contains(file.Extension.ToLowerInvariant()))
            .Select(file => Path.Combine(folder, file.Name))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
            throw new InvalidInputException($"{folder} has no image; its files must end in {string.Join(", ", Extensions)}.");
        if (files.Find(file => !File.Exists(CaptionOf(file))) is { } lone)
            throw new InvalidInputException($"{lone} has no caption; a file '{Path.GetFileName(CaptionOf(lone))}' must lie beside it.");
        return files;
    }

    /// <summary>
    /// Reads the images one by one, in the order of <see cref="List"/>: the largest square in the middle of each, scaled. Transparent
    /// parts come out white, and photographs the right way up.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size">Width and height of the images that come out, in pixels.</param>
    /// <exception cref="InvalidInputException">
    /// As for <see cref="List"/>, at once; or an image cannot be decoded or its caption is not UTF-8, when it is reached.
    /// </exception>
    public static IEnumerable<CaptionedFile> Read(string folder, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return List(folder).Select(file => ReadFile(file, size));
    }

    private static CaptionedFile ReadFile(string file, int size)
    {
        try
        {
            return new CaptionedFile(file, ReadCaption(CaptionOf(file)), SquareImage.Decode(File.ReadAllBytes(file), size));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidInputException($"{file} cannot be used: {exception.Message}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    private static string ReadCaption(string file)
    {
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true)).Trim();
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidInputException($"{file} is not valid UTF-8; save it as UTF-8.", exception);
        }
    }

    private static string CaptionOf(string file) => Path.ChangeExtension(file, ".txt");
}
