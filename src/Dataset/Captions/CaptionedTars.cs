using System.Formats.Tar;
using Atelier.Abstractions;

namespace Atelier.Dataset.Captions;

/// <summary>
/// Samples of tar files in the form of WebDataset: files that follow one another and share a name up to its first dot, of which one is an image
/// and one ends in <c>.txt</c>. In memory are the captions and where the images lie.
/// </summary>
internal sealed class CaptionedTars : CaptionedImages
{
    private const int MaxCaptionBytes = 1 << 20;

    private readonly IReadOnlyList<Sample> _samples;

    private CaptionedTars(IReadOnlyList<Sample> samples)
    {
        _samples = samples;
        Digest = DigestOf(samples.Select(sample => (sample.Image.Name, sample.Image.Bytes, sample.Caption)));
    }

    public override string Kind => "webdataset";

    public override int Count => _samples.Count;

    public override IEnumerable<string> Captions => _samples.Select(sample => sample.Caption);

    public override string Digest { get; }

    /// <summary>Finds the samples, in the order of the files.</summary>
    public static CaptionedTars Open(IReadOnlyList<string> tars)
    {
        var samples = new List<Sample>();
        foreach (var tar in tars)
        {
            try
            {
                samples.AddRange(ReadSamples(tar));
            }
            catch (Exception damaged) when (damaged is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
            {
                throw new InvalidInputException($"{tar} cannot be read: {damaged.Message}", damaged);
            }
        }
        return samples.Count > 0
            ? new CaptionedTars(samples)
            : throw new InvalidInputException($"{tars[0]} has no image with a caption; samples of {string.Join(", ", Extensions)} and .txt files are needed.");
    }

    protected override (string Name, string Caption, byte[] Content) Read(int index)
    {
        var (tar, image, caption) = _samples[index];
        try
        {
            return ($"{tar}: {image.Name}", caption, ReadPart(tar, image));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{tar} cannot be read: {exception.Message}", exception);
        }
    }

    private static IEnumerable<Sample> ReadSamples(string tar)
    {
        using var stream = File.OpenRead(tar);
        using var reader = new TarReader(stream);
        var (key, image, isImage, caption, text) = ("", (Part?)null, false, (Part?)null, Array.Empty<byte>());
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            var dot = entry.Name.IndexOf('.', entry.Name.LastIndexOf('/') + 1);
            if (dot < 0) continue;
            if (entry.Name[..dot] != key)
            {
                if (Complete() is { } sample) yield return sample;
                (key, image, caption) = (entry.Name[..dot], null, null);
            }
            var part = new Part(entry.Name, entry.DataOffset, entry.Length);
            // An empty file has no stream.
            var data = entry.DataStream ?? Stream.Null;
            var extension = entry.Name[dot..].ToLowerInvariant();
            if (extension == ".txt")
            {
                (caption, text) = (part, new byte[Math.Min(part.Bytes, MaxCaptionBytes)]);
                data.ReadExactly(text);
            }
            else if (Extensions.Contains(extension))
            {
                (image, isImage) = (part, IsImage(data));
            }
        }
        if (Complete() is { } last) yield return last;

        Sample? Complete()
        {
            if (image is not { } picture) return null;
            if (caption is not { } words) throw new InvalidInputException($"{tar}: {picture.Name} has no caption; '{key}.txt' must follow it.");
            if (words.Bytes > MaxCaptionBytes) throw new InvalidInputException($"{tar}: {words.Name} has {words.Bytes:N0} bytes; at most {MaxCaptionBytes:N0} are allowed.");
            return isImage ? new Sample(tar, picture, DecodeCaption($"{tar}: {words.Name}", text)) : throw NoImage($"{tar}: {picture.Name}");
        }
    }

    private static byte[] ReadPart(string tar, Part part)
    {
        using var file = File.OpenHandle(tar);
        var content = new byte[part.Bytes];
        for (var read = 0; read < content.Length;)
        {
            var more = RandomAccess.Read(file, content.AsSpan(read), part.Offset + read);
            if (more == 0) throw new EndOfStreamException($"{part.Name} is cut short");
            read += more;
        }
        return content;
    }

    private readonly record struct Part(string Name, long Offset, long Bytes);

    private sealed record Sample(string Tar, Part Image, string Caption);
}
