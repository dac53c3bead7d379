using Atelier.Abstractions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Prompts;
using Atelier.Input;

namespace Atelier.Dataset.Captions;

/// <summary>
/// Beside each <c>x.png</c>, <c>.jpg</c>, <c>.jpeg</c> or <c>.webp</c> of a folder and its subfolders lies an <c>x.txt</c> in UTF-8. Other files,
/// hidden files and hidden folders are left aside. Links to folders are not followed, so that nothing is walked twice, or outside the folder; links to
/// files are, wherever they lead.
/// </summary>
internal sealed class CaptionedFolder : CaptionedImages
{
    private readonly IReadOnlyList<(string Path, string Caption)> _images;

    private CaptionedFolder(IReadOnlyList<(string Path, string Caption)> images, string digest, LeftAsideCounts aside) : base(aside) =>
        (_images, Digest) = (images, digest);

    public override string Kind => "folder";

    public override int Count => _images.Count;

    public override IEnumerable<string> Captions => _images.Select(image => image.Caption);

    public override string Digest { get; }

    /// <summary>Finds the images of a folder, in ordinal order of their paths.</summary>
    public static new CaptionedFolder Open(string folder)
    {
        var aside = new LeftAsideCounts();
        var (files, texts) = Walk(folder, aside);
        if (files.Count == 0)
        {
            var found = aside.All.Count > 0 ? $" Left aside: {string.Join(", ", aside.All)}." : "";
            throw new InvalidInputException($"{Show(folder)} has no image; its files must end in {string.Join(", ", Extensions)}, or be .tar files in the form of WebDataset.{found}");
        }

        List<(string Path, string Caption)> images = [.. files.Order(StringComparer.Ordinal).Select(file => (file, ReadCaption(file)))];
        texts.ExceptWith(images.Select(image => CaptionOf(image.Path)));
        foreach (var text in texts.Order(StringComparer.Ordinal)) aside.Add(LeftAsideCounts.LoneCaptions, Path.GetRelativePath(folder, text));
        return new CaptionedFolder(images, DigestOf(images.Select(image => (Path.GetRelativePath(folder, image.Path), image.Caption))), aside);
    }

    protected override (string Name, string Caption, byte[] Content) Read(int index)
    {
        var (path, caption) = _images[index];
        try
        {
            return (Show(path), caption, RegularFile.ReadAllBytes(path, EncodedImage.MaxBytes));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, unreadable);
        }
    }

    private static (List<string> Images, HashSet<string> Texts) Walk(string folder, LeftAsideCounts aside)
    {
        var (images, texts) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out var next))
        {
            try
            {
                foreach (var entry in new DirectoryInfo(next).EnumerateFileSystemInfos()) Sort(entry, Path.Combine(next, entry.Name));
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(next, unreadable);
            }
        }
        return (images, texts);

        void Sort(FileSystemInfo entry, string path)
        {
            var extension = entry.Extension.ToLowerInvariant();
            if ((entry is DirectoryInfo ? KindOfFolder(entry) : LeftAsideCounts.KindOfHidden(entry.Name)) is { } kind) aside.Add(kind, Path.GetRelativePath(folder, path));
            else if (entry is DirectoryInfo) folders.Push(path);
            else if (Extensions.Contains(extension)) images.Add(path);
            else if (extension == CaptionExtension) texts.Add(path);
            else aside.Add(LeftAsideCounts.OtherFiles, Path.GetRelativePath(folder, path));
        }

        // The kind of a folder that is not walked.
        static string? KindOfFolder(FileSystemInfo entry) =>
            entry.Name.StartsWith('.') ? LeftAsideCounts.HiddenFolders
            : entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? LeftAsideCounts.FolderLinks
            : null;
    }

    private static string CaptionOf(string image) => Path.ChangeExtension(image, CaptionExtension);

    private static string ReadCaption(string image)
    {
        var caption = CaptionOf(image);
        if (!File.Exists(caption)) throw new InvalidInputException($"{Show(image)} has no caption; a file '{Show(Path.GetFileName(caption))}' must lie beside it.");
        try
        {
            using (var file = RegularFile.OpenRead(image, EncodedImage.MaxBytes)) CheckImage(Show(image), file, 0, file.Length);
            return DecodeCaption(Show(caption), RegularFile.ReadAllBytes(caption, PromptFields.MaxPromptBytes));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(image, unreadable);
        }
    }
}
