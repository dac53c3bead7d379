using Atelier.Abstractions;
using Atelier.Input;

namespace Atelier.Dataset.Captions;

/// <summary>Samples of tar files in the form of WebDataset, see <see cref="TarSamples"/>. In memory are the captions and where the images lie.</summary>
internal sealed class CaptionedTars : CaptionedImages
{
    // Where a job keeps them.
    private const string Shards = "shards";

    private readonly IReadOnlyList<TarSample> _samples;

    private CaptionedTars(IReadOnlyList<TarSample> samples, LeftAsideCounts aside) : base(aside)
    {
        _samples = samples;
        Digest = DigestOf(samples.Select(sample => (sample.Image.Name, sample.Caption)));
    }

    public override string Kind => "webdataset";

    public override int Count => _samples.Count;

    public override IEnumerable<string> Captions => _samples.Select(sample => sample.Caption);

    public override string Digest { get; }

    /// <summary>Whether a file is named as a tar file.</summary>
    public static bool IsTar(string path) => Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the samples, in the order of the files.</summary>
    public static CaptionedTars Open(IReadOnlyList<string> tars, LeftAsideCounts aside)
    {
        var samples = tars.SelectMany(tar => TarSamples.Read(tar, aside)).ToList();
        return samples.Count > 0
            ? new CaptionedTars(samples, aside)
            : throw new InvalidInputException($"{Show(tars[0])} has no image with a caption; samples of {string.Join(", ", Extensions)} and .txt files are needed.");
    }

    /// <summary>Finds the samples of the tar files of a folder, else of its <c>shards</c>; null where neither has one.</summary>
    public static CaptionedTars? TryOpenFolder(string path)
    {
        try
        {
            if (new[] { path, Path.Combine(path, Shards) }.FirstOrDefault(folder => Directory.Exists(folder) && TarsOf(folder).Count > 0) is not { } chosen) return null;
            var aside = new LeftAsideCounts();
            foreach (var entry in new[] { path, chosen }.Distinct().SelectMany(folder => new DirectoryInfo(folder).EnumerateFileSystemInfos()))
            {
                if (!IsUsed(entry) && Path.Combine(path, entry.Name) != chosen) aside.Add(KindOf(entry), entry.Name);
            }
            return Open(TarsOf(chosen), aside);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, unreadable);
        }
    }

    protected override (string Name, string Caption, byte[] Content) Read(int index)
    {
        var sample = _samples[index];
        try
        {
            using var file = RegularFile.OpenRead(sample.Tar);
            return ($"{Show(sample.Tar)}: {Show(sample.Image.Name)}", sample.Caption, ReadPart(file, sample.Image.Offset, sample.Image.Bytes));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(sample.Tar, unreadable);
        }
    }

    private static List<string> TarsOf(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(IsUsed).Select(tar => Path.Combine(folder, tar.Name)).Order(StringComparer.Ordinal)];

    private static bool IsUsed(FileSystemInfo entry) => entry is FileInfo && IsTar(entry.Name) && LeftAsideCounts.KindOfHidden(entry.Name) is null;

    private static string KindOf(FileSystemInfo entry) =>
        entry is DirectoryInfo ? LeftAsideCounts.Folders : LeftAsideCounts.KindOfHidden(entry.Name) ?? LeftAsideCounts.OtherFiles;
}
