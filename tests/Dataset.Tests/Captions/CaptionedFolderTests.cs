using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Captions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Tests.Images;
using SkiaSharp;

namespace Atelier.Dataset.Tests.Captions;

public sealed class CaptionedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_ImagesOfEveryFormat_GivesThemInOrdinalOrderWithTheirCaptions()
    {
        var image = TestImages.Gradient(32, 32);
        Add("b.webp", image, ImageFormats.Webp, "b");
        Add("a10.jpg", image, ImageFormats.Jpg, "ten");
        Add("a2.JPEG", image, ImageFormats.Jpg, " two \n");
        Add("B.png", image, ImageFormats.Png, "\uFEFFкот");
        _folder.Write("notes.md", "x");
        _folder.Write(".hidden.png", "x");
        Directory.CreateDirectory(_folder.File("folder.png"));

        var files = CaptionedFolder.Read(_folder.Path, 32).ToList();

        Assert.Equal(
            [(_folder.File("B.png"), "кот"), (_folder.File("a10.jpg"), "ten"), (_folder.File("a2.JPEG"), "two"), (_folder.File("b.webp"), "b")],
            files.Select(file => (file.Path, file.Caption)));
        Assert.Equal(image.Pixels, files[0].Image.Pixels);
    }

    [Fact]
    public void Read_WideOrTallImage_GivesTheSquareInItsMiddle()
    {
        var image = TestImages.Noise(40, 16);
        Add("wide.png", image, ImageFormats.Png, "");
        Add("tall.png", Transpose(image), ImageFormats.Png, "");

        var files = CaptionedFolder.Read(_folder.Path, 16).ToList();

        var middle = Crop(image, 12, 0, 16);
        Assert.Equal(Transpose(middle).Pixels, files[0].Image.Pixels);
        Assert.Equal(middle.Pixels, files[1].Image.Pixels);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(16)]
    public void Read_OtherSize_Scales(int size)
    {
        Add("a.png", TestImages.Gradient(size, size), ImageFormats.Png, "");

        var image = Assert.Single(CaptionedFolder.Read(_folder.Path, 32)).Image;

        Assert.Equal((32, 32), (image.Width, image.Height));
        var expected = TestImages.Gradient(32, 32);
        Assert.InRange(image.Pixels.Zip(expected.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, 9);
    }

    [Fact]
    public void Read_TransparentImage_IsOnWhite()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 2, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, new SKColor(10, 20, 30));
        bitmap.SetPixel(1, 0, new SKColor(0, 0, 0, 128));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        _folder.Write("a.png", png.ToArray());
        _folder.Write("a.txt", "a");

        var image = Assert.Single(CaptionedFolder.Read(_folder.Path, 2)).Image;

        Assert.Equal([10, 20, 30, 127, 127, 127, 255, 255, 255, 255, 255, 255], image.Pixels);
    }

    [Theory]
    [InlineData(1, "0123")]
    [InlineData(2, "1032")]
    [InlineData(3, "3210")]
    [InlineData(4, "2301")]
    [InlineData(5, "0213")]
    [InlineData(6, "2031")]
    [InlineData(7, "3120")]
    [InlineData(8, "1302")]
    public void Read_PhotographWithAnOrientation_IsTheRightWayUp(byte orientation, string seen)
    {
        // Four quarters of different brightness, numbered left to right and top to bottom as they are stored.
        var pixels = new byte[3 * 64 * 64];
        for (var at = 0; at < pixels.Length; at++)
            pixels[at] = (byte)(60 * ((at / 3 / 64 / 32 * 2) + (at / 3 % 64 / 32)));
        var jpg = ImageEncoder.Encode(new RgbImage(64, 64, pixels), ImageFormats.Jpg, 95);
        _folder.Write("a.jpg", WithOrientation(jpg, orientation));
        _folder.Write("a.txt", "a");

        var image = Assert.Single(CaptionedFolder.Read(_folder.Path, 64)).Image;

        Assert.Equal(seen, string.Concat(new[] { (16, 16), (48, 16), (16, 48), (48, 48) }.Select(at =>
            (int)Math.Round(image.Pixels[3 * ((at.Item2 * 64) + at.Item1)] / 60.0))));
    }

    [Fact]
    public void Read_WhatCannotBeUsed_IsRefusedByName()
    {
        Assert.Equal($"{_folder.File("none")}: there is no such folder.", Refusal(_folder.File("none")));

        _folder.Write("a.txt", "a");
        Assert.Equal($"{_folder.Path} has no image; its files must end in .png, .jpg, .jpeg, .webp.", Refusal(_folder.Path));

        Add("a.png", TestImages.Noise(64, 64), ImageFormats.Png, "a");
        var lone = _folder.Write("b.jpg", "x");
        Assert.Equal($"{lone} has no caption; a file 'b.txt' must lie beside it.", Refusal(_folder.Path));

        _folder.Write("b.txt", "b");
        Assert.Equal($"{lone} cannot be used: it is not an image of a known format.", Refusal(_folder.Path));

        var half = File.ReadAllBytes(_folder.File("a.png"))[..5000];
        _folder.Write("b.jpg", half);
        Assert.Equal($"{lone} cannot be used: the image in it cannot be decoded (IncompleteInput).", Refusal(_folder.Path));

        Add("b.jpg", TestImages.Noise(8, 8), ImageFormats.Jpg, "");
        _folder.Write("b.txt", [0x61, 0xFF]);
        Assert.Equal($"{_folder.File("b.txt")} is not valid UTF-8; save it as UTF-8.", Refusal(_folder.Path));
    }

    private static string Refusal(string folder) =>
        Assert.Throws<InvalidInputException>(() => CaptionedFolder.Read(folder, 8).Count(file => file.Image is null)).Message;

    private void Add(string name, RgbImage image, string format, string caption)
    {
        _folder.Write(name, ImageEncoder.Encode(image, format, 95));
        _folder.Write(Path.ChangeExtension(name, ".txt"), caption);
    }

    /// <summary>Puts an EXIF segment with nothing but the tag Orientation behind a JPEG file's first marker.</summary>
    private static byte[] WithOrientation(byte[] jpg, byte orientation) =>
    [
        .. jpg.AsSpan(0, 2),
        0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        .. jpg.AsSpan(2),
    ];

    private static RgbImage Crop(RgbImage image, int left, int top, int side) => Map(side, side, (x, y) => (left + x, top + y), image);

    private static RgbImage Transpose(RgbImage image) => Map(image.Height, image.Width, (x, y) => (y, x), image);

    private static RgbImage Map(int width, int height, Func<int, int, (int X, int Y)> from, RgbImage image)
    {
        var pixels = new byte[3 * width * height];
        for (var at = 0; at < width * height; at++)
        {
            var (x, y) = from(at % width, at / width);
            image.Pixels.AsSpan(3 * ((y * image.Width) + x), 3).CopyTo(pixels.AsSpan(3 * at));
        }
        return new RgbImage(width, height, pixels);
    }
}
