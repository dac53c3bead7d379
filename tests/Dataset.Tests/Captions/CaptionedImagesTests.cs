using System.Diagnostics;
using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Captions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Images;
using Atelier.Dataset.Tests.Shards;
using SkiaSharp;

namespace Atelier.Dataset.Tests.Captions;

public sealed class CaptionedImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(("folder", 4), (images.Kind, images.Count));
        Assert.Equal(["кот", "ten", "two", "b"], images.Captions);
        Assert.Equal(image.Pixels, images.Load(0, 32).Image.Pixels);
    }

    [Fact]
    public void Read_WideOrTallImage_GivesTheSquareInItsMiddle()
    {
        var image = TestImages.Noise(40, 16);
        Add("wide.png", image, ImageFormats.Png, "");
        Add("tall.png", Transpose(image), ImageFormats.Png, "");

        var images = CaptionedImages.Open(_folder.Path);

        var middle = Crop(image, 12, 0, 16);
        Assert.Equal(Transpose(middle).Pixels, images.Load(0, 16).Image.Pixels);
        Assert.Equal(middle.Pixels, images.Load(1, 16).Image.Pixels);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(16)]
    public void Read_OtherSize_Scales(int size)
    {
        Add("a.png", TestImages.Gradient(size, size), ImageFormats.Png, "");

        var image = CaptionedImages.Open(_folder.Path).Load(0, 32).Image;

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

        var image = CaptionedImages.Open(_folder.Path).Load(0, 2).Image;

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

        var image = CaptionedImages.Open(_folder.Path).Load(0, 64).Image;

        Assert.Equal(seen, string.Concat(new[] { (16, 16), (48, 16), (16, 48), (48, 48) }.Select(at =>
            (int)Math.Round(image.Pixels[3 * ((at.Item2 * 64) + at.Item1)] / 60.0))));
    }

    [Fact]
    public void Read_WhatCannotBeUsed_IsRefusedByName()
    {
        Assert.Equal($"{_folder.File("none")}: there is no such folder.", Refusal(_folder.File("none")));

        _folder.Write("a.txt", "a");
        Assert.Equal($"{_folder.Path} has no image; its files must end in .png, .jpg, .jpeg, .webp, or be .tar files in the form of WebDataset.", Refusal(_folder.Path));

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

    [Fact]
    public void Open_TarsInTheFormOfWebDataset_GivesTheirSamplesInOrder()
    {
        var (first, second) = (TestImages.Noise(8, 8), TestImages.Gradient(8, 8));
        using var scratch = new TemporaryFolder();
        Directory.CreateDirectory(scratch.File("b"));
        scratch.Write("b/0001.png", ImageEncoder.Encode(first, ImageFormats.Png, 95));
        scratch.Write("b/0001.txt", " one \n");
        scratch.Write("b/0001.json", "{}");
        scratch.Write("b/0002.v1.txt", "not a sample of its own");
        scratch.Write("b/0003.webp", ImageEncoder.Encode(second, ImageFormats.Png, 95));
        scratch.Write("b/0003.txt", "three");
        // Written by GNU tar, folders and all.
        Tar(scratch, "-cf", _folder.File("00001.tar"), "--sort=name", "b");
        scratch.Write("a.png", ImageEncoder.Encode(second, ImageFormats.Png, 95));
        scratch.Write("a.txt", "кот");
        Tar(scratch, "-cf", _folder.File("00000.tar"), "a.txt", "a.png");

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(("webdataset", 3), (images.Kind, images.Count));
        Assert.Equal(["кот", "one", "three"], images.Captions);
        Assert.Equal([second.Pixels, first.Pixels, second.Pixels], Enumerable.Range(0, 3).Select(i => images.Load(i, 8).Image.Pixels));
        Assert.Equal(2, CaptionedImages.Open(_folder.File("00001.tar")).Count);
    }

    [Fact]
    public async Task Open_AJob_GivesWhatItDrew()
    {
        var store = new DirectoryStore(_folder.Path);
        var attempt = TestShards.Attempt(0);
        await ShardPromotion.PromoteAsync(store, "job", await TestShards.WriteAsync(store, attempt, Cancel), Cancel);

        var images = CaptionedImages.Open(_folder.File("job"));

        // Sample 3 failed and has no image.
        Assert.Equal(7, images.Count);
        Assert.Equal("a red circle", images.Captions.First());
        var drawn = TestShards.Sample(0).Image!;
        Assert.Equal(Crop(drawn, (drawn.Width - drawn.Height) / 2, 0, drawn.Height).Pixels, images.Load(0, drawn.Height).Image.Pixels);
    }

    [Fact]
    public void Open_BadTars_AreRefusedByName()
    {
        using var scratch = new TemporaryFolder();
        scratch.Write("a.png", ImageEncoder.Encode(TestImages.Noise(8, 8), ImageFormats.Png, 95));
        Tar(scratch, "-cf", _folder.File("x.tar"), "a.png");
        Assert.Equal($"{_folder.File("x.tar")}: a.png has no caption; 'a.txt' must follow it.", Refusal(_folder.Path));

        scratch.Write("a.txt", "a");
        scratch.Write("a.png", "not an image");
        Tar(scratch, "-cf", _folder.File("x.tar"), "a.png", "a.txt");
        Assert.Equal($"{_folder.File("x.tar")}: a.png cannot be used: it is not an image of a known format.", Refusal(_folder.Path));

        Tar(scratch, "-cf", _folder.File("x.tar"), "a.txt");
        Assert.Equal($"{_folder.File("x.tar")} has no image with a caption; samples of .png, .jpg, .jpeg, .webp and .txt files are needed.", Refusal(_folder.Path));

        _folder.Write("x.tar", "no tar file at all, but long enough".PadRight(2000, '.'));
        Assert.StartsWith($"{_folder.File("x.tar")} cannot be read: ", Refusal(_folder.Path), StringComparison.Ordinal);
        Assert.Equal($"{_folder.Write("a.zip", "x")} is neither a folder nor a .tar file.", Refusal(_folder.File("a.zip")));
    }

    private static void Tar(TemporaryFolder folder, params string[] arguments)
    {
        using var tar = Process.Start(new ProcessStartInfo("tar", arguments) { WorkingDirectory = folder.Path })!;
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
    }

    private static string Refusal(string path) => Assert.Throws<InvalidInputException>(() =>
    {
        var images = CaptionedImages.Open(path);
        for (var i = 0; i < images.Count; i++) images.Load(i, 8);
    }).Message;

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
