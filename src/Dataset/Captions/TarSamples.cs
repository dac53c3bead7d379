using System.Formats.Tar;
using Atelier.Abstractions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Prompts;
using Atelier.Input;

namespace Atelier.Dataset.Captions;

/// <summary>
/// Finds the samples of a tar file in the form of WebDataset: files that follow one another and share a name up to its first dot, of which one is an
/// image and one ends in <c>.txt</c>. A name without anything before its first dot belongs to no sample and ends none. The file must be whole, and no
/// name may be in it twice.
/// </summary>
internal sealed class TarSamples
{
    private readonly string _tar;
    private readonly FileStream _file;
    private readonly LeftAsideCounts _aside;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<TarSample> _samples = [];

    private string? _key;
    private TarPart? _image;
    private TarPart? _caption;

    private TarSamples(string tar, FileStream file, LeftAsideCounts aside) => (_tar, _file, _aside) = (tar, file, aside);

    /// <summary>The samples, in their order.</summary>
    /// <param name="tar">Path of the file.</param>
    /// <param name="aside">Counts what belongs to no sample.</param>
    /// <exception cref="InvalidInputException">It is damaged, or a sample cannot be used; the message names the tar and what is in it.</exception>
    /// <exception cref="InvalidDataException">It is no regular file; names it.</exception>
    public static IReadOnlyList<TarSample> Read(string tar, LeftAsideCounts aside)
    {
        FileStream file;
        try
        {
            file = RegularFile.OpenRead(tar);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw CaptionedImages.Unreadable(tar, unreadable);
        }
        using (file) return new TarSamples(tar, file, aside).Read();
    }

    private List<TarSample> Read()
    {
        try
        {
            if (_file.Length > 2 && CaptionedImages.ReadPart(_file, 0, 2) is [0x1F, 0x8B]) throw new InvalidDataException("it is compressed; unpack it first, as 'gunzip' does");
            using var blocks = new TarBlocks(_file);
            using var reader = new TarReader(blocks, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry) Add(entry);
            blocks.CheckEnd();
            Complete();
            return _samples;
        }
        catch (Exception damaged) when (damaged is not (InvalidInputException or OutOfMemoryException))
        {
            throw CaptionedImages.Unreadable(_tar, damaged);
        }
    }

    private void Add(TarEntry entry)
    {
        if (entry.EntryType is TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes) return;

        var name = entry.Name;
        if (KindOf(entry) is { } kind)
        {
            _aside.Add(kind, name);
            return;
        }
        if (!_names.Add(name)) throw Invalid($"{CaptionedImages.Show(name)} is in it twice; each name is allowed once");
        var dot = FirstDot(name);
        if (name[..dot] != _key)
        {
            Complete();
            _key = name[..dot];
        }
        var extension = name[dot..].ToLowerInvariant();
        if (extension == CaptionedImages.CaptionExtension) Take(ref _caption, entry, PromptFields.MaxPromptBytes, "caption");
        else if (CaptionedImages.Extensions.Contains(extension)) Take(ref _image, entry, EncodedImage.MaxBytes, "image");
        else _aside.Add(IsOfImages(Path.GetExtension(extension)) ? LeftAsideCounts.DottedNames : LeftAsideCounts.OtherFiles, name);
    }

    private void Take(ref TarPart? part, TarEntry entry, int maxBytes, string what)
    {
        var name = CaptionedImages.Show(entry.Name);
        if (part is { } first) throw Invalid($"{name} is a second {what} of the sample that has {CaptionedImages.Show(first.Name)}; one is allowed");
        if (entry.Length > maxBytes) throw Invalid($"{name} has {entry.Length:N0} bytes; at most {maxBytes:N0} are allowed");
        if (entry.Length > _file.Length - entry.DataOffset) throw new InvalidDataException($"it ends within {name}");
        part = new TarPart(entry.Name, entry.DataOffset, (int)entry.Length);
    }

    // What does not belong to a sample, and why; null for what does.
    private static string? KindOf(TarEntry entry)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile: break;
            case TarEntryType.HardLink: return LeftAsideCounts.HardLinks;
            case TarEntryType.SymbolicLink: return LeftAsideCounts.SymbolicLinks;
            default: return LeftAsideCounts.SpecialFiles;
        }
        string[] parts = entry.Name.Split('/');
        return parts[..^1].Any(folder => folder.StartsWith('.') && folder is not ("." or "..")) ? LeftAsideCounts.InHiddenFolders
            : LeftAsideCounts.KindOfHidden(parts[^1]) is { } hidden ? hidden
            : FirstDot(entry.Name) < 0 ? LeftAsideCounts.OtherFiles
            : null;
    }

    private static int FirstDot(string name) => name.IndexOf('.', name.LastIndexOf('/') + 1);

    private static bool IsOfImages(string extension) => extension == CaptionedImages.CaptionExtension || CaptionedImages.Extensions.Contains(extension);

    private void Complete()
    {
        if (_image is { } image)
        {
            var name = $"{CaptionedImages.Show(_tar)}: {CaptionedImages.Show(image.Name)}";
            if (_caption is not { } caption) throw Invalid($"{CaptionedImages.Show(image.Name)} has no caption; '{CaptionedImages.Show(_key!)}.txt' must follow it");
            CaptionedImages.CheckImage(name, _file, image.Offset, image.Bytes);
            var text = CaptionedImages.ReadPart(_file, caption.Offset, caption.Bytes);
            _samples.Add(new TarSample(_tar, image, CaptionedImages.DecodeCaption($"{CaptionedImages.Show(_tar)}: {CaptionedImages.Show(caption.Name)}", text)));
        }
        else if (_caption is { } lone)
        {
            _aside.Add(LeftAsideCounts.LoneCaptions, lone.Name);
        }
        (_image, _caption) = (null, null);
    }

    private InvalidInputException Invalid(string what) => new($"{CaptionedImages.Show(_tar)}: {what}.");
}
