using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Diffusion.Training;
using SkiaSharp;

namespace Atelier.Cli.Train;

/// <summary>Images of a folder and its subfolders, each with a caption in a text file of the same name.</summary>
internal sealed class ImageFolder
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];

    private readonly (string Path, string Caption)[] _images;

    private ImageFolder((string Path, string Caption)[] images, string digest) => (_images, Digest) = (images, digest);

    /// <summary>How many images there are, at least 1.</summary>
    public int Count => _images.Length;

    /// <summary>The captions, in ordinal order of the images' names.</summary>
    public IEnumerable<string> Captions => _images.Select(image => image.Caption);

    /// <summary>Lower-case hex SHA-256 over names, lengths and captions.</summary>
    public string Digest { get; }

    /// <summary>Reads the captions and the headers of the images.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidInputException">There is none, it has no images, or an image has no caption or cannot be read.</exception>
    public static ImageFolder Open(string path)
    {
        if (!Directory.Exists(path)) throw new InvalidInputException($"--data is '{path}'; allowed: {TrainCommand.Shapes}, or an existing folder of images");

        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
            throw new InvalidInputException($"--data is '{path}', which holds no images; allowed: {string.Join(", ", Extensions)}, each with a .txt of the same name");

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var images = files.ConvertAll(file =>
        {
            var caption = ReadCaption(file);
            using (var codec = SKCodec.Create(file))
                if (codec is null) throw new InvalidInputException($"{file} is not an image that can be read");
            digest.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(path, file)}\n{new FileInfo(file).Length}\n{caption}\n"));
            return (file, caption);
        });
        return new ImageFolder([.. images], Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    /// <summary>The middle square of an image, scaled; what is transparent comes out on black.</summary>
    /// <param name="index">Number of the image.</param>
    /// <param name="size">Width and height to scale to.</param>
    /// <exception cref="InvalidInputException">The file is damaged.</exception>
    public CaptionedImage Load(int index, int size)
    {
        var (path, caption) = _images[index];
        using var bitmap = SKBitmap.Decode(path) ?? throw new InvalidInputException($"{path} is not an image that can be decoded");
        using var image = SKImage.FromBitmap(bitmap);
        using var scaled = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(scaled))
        {
            var side = Math.Min(image.Width, image.Height);
            var middle = SKRect.Create((image.Width - side) / 2, (image.Height - side) / 2, side, side);
            canvas.Clear(SKColors.Black);
            canvas.DrawImage(image, middle, SKRect.Create(size, size), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        var rgba = scaled.GetPixelSpan();
        var rgb = new byte[size * size * 3];
        for (var i = 0; i < size * size; i++) rgba.Slice(i * 4, 3).CopyTo(rgb.AsSpan(i * 3));
        return new CaptionedImage(caption, rgb);
    }

    private static string ReadCaption(string image)
    {
        var file = Path.ChangeExtension(image, ".txt");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : throw new InvalidInputException($"{image} has no caption: {file} is missing");
    }
}
