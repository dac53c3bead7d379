using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Images;
using SkiaSharp;

namespace Atelier.Dataset.Captions;

/// <summary>Images with captions, to be trained on: as files of a folder or as WebDataset. Any of them can be loaded at any time, from any thread.</summary>
public abstract class CaptionedImages
{
    /// <summary>The endings of the names of images.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>What they are: <c>folder</c> or <c>webdataset</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>How many there are, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>The captions, in the order of the images.</summary>
    public abstract IEnumerable<string> Captions { get; }

    /// <summary>Lower-case hex SHA-256 over names, lengths and captions.</summary>
    public abstract string Digest { get; }

    /// <summary>Finds the images and checks that each has a caption and begins as an image does.</summary>
    /// <param name="path">
    /// A folder of images, each with a caption in a .txt of the same name, subfolders included; a .tar file in the form of WebDataset; or a folder
    /// of such files, such as the <c>shards</c> of a job, or the job.
    /// </param>
    /// <exception cref="InvalidInputException">There is nothing there that can be used; the message names the file.</exception>
    public static CaptionedImages Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
            return Path.GetExtension(path) == ".tar" ? CaptionedTars.Open([path]) : throw new InvalidInputException($"{path} is neither a folder nor a .tar file.");
        if (!Directory.Exists(path)) throw new InvalidInputException($"{path}: there is no such folder.");
        foreach (var folder in new[] { path, Path.Combine(path, "shards") })
        {
            if (Directory.Exists(folder) && Directory.GetFiles(folder, "*.tar") is { Length: > 0 } tars)
                return CaptionedTars.Open([.. tars.Order(StringComparer.Ordinal)]);
        }
        return CaptionedFolder.Open(path);
    }

    /// <summary>
    /// An image: the largest square in its middle, scaled. Transparent parts come out white, and photographs the right way up.
    /// </summary>
    /// <param name="index">Zero-based number of the image.</param>
    /// <param name="size">Width and height of the image that comes out, in pixels.</param>
    /// <exception cref="InvalidInputException">It cannot be decoded.</exception>
    public (string Caption, RgbImage Image) Load(int index, int size)
    {
        var (name, caption, content) = Read(index);
        try
        {
            return (caption, SquareImage.Decode(content, size));
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidInputException($"{name} cannot be used: {damaged.Message}.", damaged);
        }
    }

    /// <summary>Name, caption and file of an image.</summary>
    protected abstract (string Name, string Caption, byte[] Content) Read(int index);

    /// <summary>Whether something begins as an image does.</summary>
    internal static bool IsImage(Stream content)
    {
        using var codec = SKCodec.Create(content);
        return codec is not null;
    }

    /// <summary>The refusal of what is not an image.</summary>
    internal static InvalidInputException NoImage(string name) => new($"{name} cannot be used: it is not an image of a known format.");

    /// <summary>The text of a caption file, without white space around it.</summary>
    internal static string DecodeCaption(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
            return text.TrimStart('\uFEFF').Trim();
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidInputException($"{name} is not valid UTF-8; save it as UTF-8.", exception);
        }
    }

    /// <summary>The digest of images in their order.</summary>
    internal static string DigestOf(IEnumerable<(string Name, long Bytes, string Caption)> images)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes, caption) in images) digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{bytes}\n{caption}\n"));
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
