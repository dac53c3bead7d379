using Atelier.Abstractions;

namespace Atelier.Dataset.Captions;

/// <summary>
/// Beside each <c>x.png</c>, <c>.jpg</c>, <c>.jpeg</c> or <c>.webp</c> of a folder and its subfolders lies an <c>x.txt</c> in UTF-8. Other files
/// and hidden ones are left aside.
/// </summary>
internal sealed class CaptionedFolder : CaptionedImages
{
    private readonly IReadOnlyList<(string Path, string Caption)> _images;

    private CaptionedFolder(IReadOnlyList<(string Path, string Caption)> images, string digest) => (_images, Digest) = (images, digest);

    public override string Kind => "folder";

    public override int Count => _images.Count;

    public override IEnumerable<string> Captions => _images.Select(image => image.Caption);

    public override string Digest { get; }

    /// <summary>Finds the images of a folder, in ordinal order of their paths.</summary>
    public static new CaptionedFolder Open(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file)[0] != '.' && Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
            throw new InvalidInputException($"{folder} has no image; its files must end in {string.Join(", ", Extensions)}, or be .tar files in the form of WebDataset.");
        var images = files.ConvertAll(file =>
        {
            var caption = Path.ChangeExtension(file, ".txt");
            if (!File.Exists(caption)) throw new InvalidInputException($"{file} has no caption; a file '{Path.GetFileName(caption)}' must lie beside it.");
            using var content = File.OpenRead(file);
            if (!IsImage(content)) throw NoImage(file);
            return (file, DecodeCaption(caption, File.ReadAllBytes(caption)));
        });
        return new CaptionedFolder(images, DigestOf(images.Select(image => (Path.GetRelativePath(folder, image.file), new FileInfo(image.file).Length, image.Item2))));
    }

    protected override (string Name, string Caption, byte[] Content) Read(int index)
    {
        var (path, caption) = _images[index];
        try
        {
            return (path, caption, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
