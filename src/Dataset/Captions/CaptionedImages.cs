using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Images;
using Atelier.Input;
using SkiaSharp;

namespace Atelier.Dataset.Captions;

/// <summary>Images with captions, to be trained on: as files of a folder or as WebDataset. Any of them can be loaded at any time, from any thread.</summary>
public abstract class CaptionedImages
{
    /// <summary>The ending of the names of captions.</summary>
    internal const string CaptionExtension = ".txt";

    // Most headers end within; where one does not, the whole file is looked at.
    private const int HeaderBytes = 32 << 10;

    private readonly LeftAsideCounts _aside;

    private protected CaptionedImages(LeftAsideCounts aside) => _aside = aside;

    /// <summary>The endings of the names of images.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>What they are: <c>folder</c> or <c>webdataset</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>How many there are, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>What lies among them and is not used, by kind.</summary>
    public IReadOnlyList<LeftAside> LeftAside => _aside.All;

    /// <summary>The captions, in the order of the images.</summary>
    public abstract IEnumerable<string> Captions { get; }

    /// <summary>Lower-case hex SHA-256 over names and captions. A damaged image can be mended without making another data set of it.</summary>
    public abstract string Digest { get; }

    /// <summary>
    /// Finds the images and checks that each has a caption of at most 1 MiB, and begins as an image of at most 64 MiB and 64 million pixels does.
    /// Whether it can be decoded, <see cref="Check"/> tells.
    /// </summary>
    /// <param name="path">
    /// A folder of images, each with a caption in a .txt of the same name, subfolders included; a .tar file in the form of WebDataset, where a name ends at its
    /// first dot; or a folder of such files, such as the <c>shards</c> of a job, or the job. Links to folders are not followed, links to files are.
    /// </param>
    /// <exception cref="InvalidInputException">There is nothing there that can be used; the message names the file.</exception>
    /// <exception cref="InvalidDataException">A file is no regular file, or too long; the message names it.</exception>
    public static CaptionedImages Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
            return CaptionedTars.IsTar(path)
                ? CaptionedTars.Open([path], new LeftAsideCounts())
                : throw new InvalidInputException($"{Show(path)} is neither a folder nor a .tar file.");
        if (!Directory.Exists(path)) throw new InvalidInputException($"{Show(path)}: there is no such folder.");
        return CaptionedTars.TryOpenFolder(path) ?? (CaptionedImages)CaptionedFolder.Open(path);
    }

    /// <summary>
    /// An image: the largest square in its middle, scaled. Transparent parts come out white, and photographs the right way up; of an animation it is the first frame.
    /// </summary>
    /// <param name="index">Zero-based number of the image.</param>
    /// <param name="size">Width and height of the image that comes out, in pixels.</param>
    /// <exception cref="InvalidInputException">It cannot be read or decoded; the message names it.</exception>
    /// <exception cref="InvalidDataException">Its file is no regular file any more, or too long.</exception>
    public (string Caption, RgbImage Image) Load(int index, int size)
    {
        var (name, caption, content) = Read(index);
        return (caption, Named(name, () => SquareImage.Decode(content, size)));
    }

    /// <summary>Decodes one image after another, until some pixels have been decoded, so that a damaged one shows before it is used.</summary>
    /// <param name="maxPixels">How many pixels to decode; the image that reaches them is decoded too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many images, from the first, can be decoded; <see cref="Count"/> for all.</returns>
    /// <exception cref="InvalidInputException">One cannot be read or decoded; the message names it.</exception>
    /// <exception cref="InvalidDataException">A file is no regular file any more, or too long.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public int Check(long maxPixels, CancellationToken cancellationToken = default)
    {
        var (index, pixels) = (0, 0L);
        for (; index < Count && pixels < maxPixels; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, _, content) = Read(index);
            pixels += Named(name, () =>
            {
                using var image = EncodedImage.Open(content);
                using var bitmap = image.Decode(SKAlphaType.Premul);
                return (long)bitmap.Width * bitmap.Height;
            });
        }
        return index;
    }

    /// <summary>Name (fit for a message), caption and file of an image.</summary>
    protected abstract (string Name, string Caption, byte[] Content) Read(int index);

    /// <summary>Refuses what does not begin as an image does.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="file">The file it lies in.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="bytes">How long it is.</param>
    internal static void CheckImage(string name, FileStream file, long offset, long bytes)
    {
        if (bytes > EncodedImage.MaxBytes) throw new InvalidInputException($"{name} has {bytes:N0} bytes; at most {EncodedImage.MaxBytes:N0} are allowed.");
        if (bytes > HeaderBytes && Begins()) return;
        Named(name, () =>
        {
            using var image = EncodedImage.Open(ReadPart(file, offset, (int)bytes));
            return 0;
        });

        bool Begins()
        {
            try
            {
                using var image = EncodedImage.Open(ReadPart(file, offset, HeaderBytes));
                return true;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }

    /// <summary>A part of a file, which must be there.</summary>
    internal static byte[] ReadPart(FileStream file, long offset, int bytes)
    {
        var content = new byte[bytes];
        for (var read = 0; read < bytes;)
        {
            var more = RandomAccess.Read(file.SafeFileHandle, content.AsSpan(read), offset + read);
            if (more == 0) throw new EndOfStreamException("it is cut short");
            read += more;
        }
        return content;
    }

    /// <summary>The text of a caption file, without white space around it.</summary>
    internal static string DecodeCaption(string name, ReadOnlySpan<byte> content)
    {
        if (content.Contains((byte)0)) throw new InvalidInputException($"{name} holds a NUL character (U+0000), which is not allowed; if it is UTF-16, save it as UTF-8.");
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
    internal static string DigestOf(IEnumerable<(string Name, string Caption)> images)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, caption) in images) digest.AppendData(Encoding.UTF8.GetBytes($"{name}\n{caption}\n"));
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>A path, or a name in a tar file, fit for a message.</summary>
    internal static string Show(string path) => PrintableText.Of(path, PrintableText.PathLength);

    /// <summary>The refusal of a file that the system does not let us read.</summary>
    internal static InvalidInputException Unreadable(string path, Exception reason) =>
        new($"{Show(path)} cannot be read: {Show(reason.Message)}", reason);

    private static T Named<T>(string name, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidInputException($"{name} cannot be used: {damaged.Message}.", damaged);
        }
    }
}
