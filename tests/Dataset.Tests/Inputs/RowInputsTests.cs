using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Inputs;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Tests.Images;
using SkiaSharp;

namespace Atelier.Dataset.Tests.Inputs;

public sealed class RowInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rows.jsonl", """{"prompt": "a cat", "image": "cat.png", "mask": "mask.png"}""")]
    [InlineData("rows.csv", "mask,prompt,image\nmask.png,a cat,cat.png\n")]
    [InlineData("rows.tsv", "prompt\timage\tmask\na cat\t./cat.png\tmask.png\n")]
    public async Task ReadAsync_ImageAndMask_AreWhatIsKept(string name, string list)
    {
        var cat = TestImages.Noise(16, 16);
        Save("cat.png", cat);
        Save("mask.png", Mask(16, 16, (x, y) => x >= 8));

        var (row, input) = Assert.Single(await ReadAsync(_folder.Write(name, list), 16));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(input.Span)), row.InputSha256);
        var read = InputImage.Decode(input.ToArray());
        Assert.Equal(Enumerable.Range(0, 256).Select(pixel => pixel % 16 < 8), read.IsKept);
        Assert.Equal(cat.Pixels.Select((value, i) => i / 3 % 16 < 8 ? value : (byte)0), read.Rgb);
    }

    [Fact]
    public async Task ReadAsync_PicturesOfAnotherShape_AreCroppedToTheMiddleAndScaledTogether()
    {
        // Red to the left of the middle square, green within, and the mask is white in its lower half.
        Save("wide.png", Picture(96, 32, (x, _) => x < 32 ? [255, 0, 0] : [0, 200, 0]));
        Save("mask.png", Mask(96, 32, (_, y) => y >= 16));

        var (_, input) = Assert.Single(await ReadAsync(List("wide.png", "mask.png"), 8));

        var read = InputImage.Decode(input.ToArray());
        Assert.Equal(Enumerable.Range(0, 64).Select(pixel => pixel < 32), read.IsKept);
        Assert.Equal(Enumerable.Range(0, 32).SelectMany(_ => new byte[] { 0, 200, 0 }), read.Rgb[..96]);
    }

    [Fact]
    public async Task ReadAsync_AMaskOfGreysAndHoles_IsDrawnWhereItIsBright()
    {
        Save("cat.png", TestImages.Noise(4, 4));
        using (var mask = new SKBitmap(4, 4))
        {
            mask.Erase(SKColors.Black);
            mask.SetPixel(0, 0, new SKColor(127, 127, 127));
            mask.SetPixel(1, 0, new SKColor(128, 128, 128));
            mask.SetPixel(2, 0, new SKColor(0, 255, 0));
            mask.SetPixel(3, 0, SKColors.Transparent);
            _folder.Write("mask.png", mask.Encode(SKEncodedImageFormat.Png, 100).ToArray());
        }

        var (_, input) = Assert.Single(await ReadAsync(List("cat.png", "mask.png"), 4));

        Assert.Equal([true, false, false, false, .. Enumerable.Repeat(true, 12)], InputImage.Decode(input.ToArray()).IsKept);
    }

    [Fact]
    public async Task ReadAsync_RowsThatShareTheirPictures_BringThemOnce()
    {
        Save("cat.png", TestImages.Noise(8, 8));
        Save("left.png", Mask(8, 8, (x, _) => x < 4));
        Save("right.png", Mask(8, 8, (x, _) => x >= 4));
        var list = _folder.Write("rows.csv", $"prompt,image,mask\na,cat.png,left.png\nb,,\nc,{_folder.File("cat.png")},right.png\nd,cat.png,left.png\n");

        var rows = await ReadAsync(list, 8);

        Assert.Equal([true, false, true, false], rows.Select(row => !row.Input.IsEmpty));
        Assert.Null(rows[1].Row.InputSha256);
        Assert.Equal(rows[0].Row.InputSha256, rows[3].Row.InputSha256);
        Assert.NotEqual(rows[0].Row.InputSha256, rows[2].Row.InputSha256);
    }

    [Fact]
    public async Task ReadAsync_AModelThatDrawsWholeImages_RefusesRowsWithAnImage()
    {
        Save("cat.png", TestImages.Noise(8, 8));
        Save("mask.png", Mask(8, 8, (x, _) => x < 4));
        var list = List("cat.png", "mask.png");
        const string Message = " line 2: there is an image with a mask, but the model draws whole images only; choose a model that inpaints.";

        Assert.Equal(list + Message, (await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(list, cancellationToken: Cancel))).Message);
        Assert.Equal(list + Message, (await Assert.ThrowsAsync<InvalidInputException>(async () => await PromptFile.ReadAsync(list, Cancel).ToListAsync(Cancel))).Message);
    }

    [Theory]
    [InlineData("", "mask.png", "there is a mask without an image.")]
    [InlineData("cat.png", "", "there is an image without a mask; a mask is a picture of the same size, white where the image is drawn new and black where it is kept.")]
    [InlineData("dog.png", "mask.png", "the image 'dog.png' cannot be used: there is no such file in FOLDER.")]
    [InlineData("cat.png", "../dog.png", "the mask '../dog.png' cannot be used: there is no such file in FOLDER.")]
    [InlineData("http://example.org/cat.png", "mask.png", "the image 'http://example.org/cat.png' cannot be used: there is no such file in FOLDER.")]
    [InlineData("folder", "mask.png", "the image 'folder' cannot be used: FOLDER/folder is a folder; allowed: a regular file.")]
    [InlineData("//server/cat.png", "mask.png", "the image '//server/cat.png' cannot be used: paths on the network are not allowed.")]
    [InlineData(@"\\server\cat.png", "mask.png", @"the image '\\server\cat.png' cannot be used: paths on the network are not allowed.")]
    [InlineData("empty.png", "mask.png", "the image 'empty.png' cannot be used: it is not an image of a known format.")]
    [InlineData("/dev/zero", "mask.png", "the image '/dev/zero' cannot be used: /dev/zero is a device; allowed: a regular file.")]
    [InlineData("zero.png", "mask.png", "the image 'zero.png' cannot be used: FOLDER/zero.png is a device; allowed: a regular file.")]
    [InlineData("text.png", "mask.png", "the image 'text.png' cannot be used: it is not an image of a known format.")]
    [InlineData("half.png", "mask.png", "the image 'half.png' cannot be used: the image in it cannot be decoded (IncompleteInput).")]
    [InlineData("huge.png", "mask.png", "the image 'huge.png' cannot be used: it has 60000x60000 pixels; at most 64,000,000 are allowed.")]
    [InlineData("cat.png", "wide.png", "the mask 'wide.png' has 16x8 pixels; allowed: 8x8, as the image 'cat.png' has.")]
    [InlineData("cat.png", "black.png", "the mask 'black.png' is black at 8x8 pixels, so there is nothing to draw; what is white in it is drawn new.")]
    public async Task ReadAsync_PicturesThatCannotBeUsed_AreRefusedWithTheirLine(string image, string mask, string message)
    {
        Save("cat.png", TestImages.Noise(8, 8));
        Save("mask.png", Mask(8, 8, (x, _) => x < 4));
        Save("wide.png", Mask(16, 8, (x, _) => x < 4));
        Save("black.png", Mask(8, 8, (_, _) => false));
        _folder.Write("empty.png", "");
        _folder.Write("text.png", "a cat");
        var large = ImageEncoder.Encode(TestImages.Noise(64, 64), ImageFormats.Png, 100);
        _folder.Write("half.png", large[..(large.Length / 2)]);
        _folder.Write("huge.png", TestImages.WithSize(large, 60_000));
        Directory.CreateDirectory(_folder.File("folder"));
        File.CreateSymbolicLink(_folder.File("zero.png"), "/dev/zero");
        var list = List(image, mask);

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(list, inputSize: 8, cancellationToken: Cancel));

        Assert.Equal($"{list} line 2: {message.Replace("FOLDER", _folder.Path)}", refused.Message);
    }

    [Fact]
    public async Task ReadAsync_APipe_IsRefusedAndNotWaitedFor()
    {
        NamedPipe.Make(_folder.File("pipe.png"));
        var list = List("pipe.png", "pipe.png");

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(list, inputSize: 8, cancellationToken: Cancel));

        Assert.Equal($"{list} line 2: the image 'pipe.png' cannot be used: {_folder.File("pipe.png")} is a named pipe; allowed: a regular file.", refused.Message);
    }

    [Fact]
    public async Task ReadAsync_APictureOverTheLimit_IsRefusedUnread()
    {
        using (var file = File.Create(_folder.File("long.png"))) file.SetLength((64 << 20) + 1);
        var list = List("long.png", "long.png");

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => PromptFile.ValidateAsync(list, inputSize: 8, cancellationToken: Cancel));

        Assert.Equal($"{list} line 2: the image 'long.png' cannot be used: {_folder.File("long.png")} has 67108865 bytes; allowed: at most 67108864 bytes.", refused.Message);
    }

    [Fact]
    public async Task ReadAsync_ALinkOutOfTheFolder_IsFollowed()
    {
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(_folder.File("cat.png"), elsewhere.Write("cat.png", ImageEncoder.Encode(TestImages.Noise(8, 8), ImageFormats.Png, 100)));
        Save("mask.png", Mask(8, 8, (x, _) => x < 4));

        Assert.Single(await ReadAsync(List("cat.png", "mask.png"), 8));
    }

    private static async Task<List<SubmittedRow>> ReadAsync(string list, int size) => await PromptFile.ReadAsync(list, size, Cancel).ToListAsync(Cancel);

    private string List(string image, string mask) => _folder.Write("list.csv", $"prompt,image,mask\na cat,{image},{mask}\n");

    private void Save(string name, RgbImage image) => _folder.Write(name, ImageEncoder.Encode(image, ImageFormats.Png, 100));

    private static RgbImage Mask(int width, int height, Func<int, int, bool> isDrawn) =>
        Picture(width, height, (x, y) => isDrawn(x, y) ? [255, 255, 255] : [0, 0, 0]);

    private static RgbImage Picture(int width, int height, Func<int, int, byte[]> colour) => new(width, height,
        [.. Enumerable.Range(0, width * height).SelectMany(pixel => colour(pixel % width, pixel / width))]);
}
