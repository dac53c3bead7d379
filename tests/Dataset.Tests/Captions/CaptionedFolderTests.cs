using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Captions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Captions;

public sealed class CaptionedFolderTests : IDisposable
{
    private static readonly byte[] Png = ImageEncoder.Encode(TestImages.Noise(8, 8), ImageFormats.Png, 95);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_HiddenFolders_AreLeftAside()
    {
        Add("a");
        Directory.CreateDirectory(_folder.File(".ipynb_checkpoints"));
        _folder.Write(".ipynb_checkpoints/a-checkpoint.png", Png);

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(["a"], images.Captions);
        Assert.Equal([new LeftAside("hidden folders", 1, ".ipynb_checkpoints")], images.LeftAside);
    }

    [Fact]
    public void Open_LinksToFolders_AreNotFollowed()
    {
        Directory.CreateDirectory(_folder.File("images/inner"));
        Directory.CreateDirectory(_folder.File("neighbour"));
        Add("images/inner/a");
        Add("neighbour/b");
        File.CreateSymbolicLink(_folder.File("images/self"), ".");
        File.CreateSymbolicLink(_folder.File("images/inner/up"), "../..");
        File.CreateSymbolicLink(_folder.File("images/out"), _folder.File("neighbour"));

        var images = CaptionedImages.Open(_folder.File("images"));

        Assert.Equal(["images/inner/a"], images.Captions);
        Assert.Equal(("links to folders", 3), (Assert.Single(images.LeftAside).Kind, images.LeftAside[0].Count));
    }

    [Fact]
    public void Open_NothingButLinksToFolders_SaysWhatIsLeftAside()
    {
        File.CreateSymbolicLink(_folder.File("loop"), "..");
        Assert.EndsWith(" has no image; its files must end in .png, .jpg, .jpeg, .webp, or be .tar files in the form of WebDataset. Left aside: links to folders 1 (loop).", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AFolderThatIsALink_IsFollowed()
    {
        Directory.CreateDirectory(_folder.File("images"));
        Add("images/a");
        File.CreateSymbolicLink(_folder.File("link"), "images");
        Assert.Equal(["images/a"], CaptionedImages.Open(_folder.File("link")).Captions);
    }

    [Fact]
    public void Open_LinksToFiles_AreFollowed()
    {
        Directory.CreateDirectory(_folder.File("images"));
        Add("a");
        File.CreateSymbolicLink(_folder.File("images/b.png"), "../a.png");
        File.CreateSymbolicLink(_folder.File("images/b.txt"), "../a.txt");
        Assert.Equal(["a"], CaptionedImages.Open(_folder.File("images")).Captions);
    }

    [Fact]
    public void Open_ALinkToNothing_IsRefusedByName()
    {
        Add("a");
        File.CreateSymbolicLink(_folder.File("b.png"), "gone.png");
        _folder.Write("b.txt", "b");
        Assert.StartsWith($"{_folder.File("b.png")} cannot be read: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WhatIsNoImage_IsCountedByKind()
    {
        Add("a.b");
        _folder.Write("c.bmp", "x");
        _folder.Write("c.txt", "c");
        _folder.Write("notes.md", "x");
        _folder.Write(".DS_Store", "x");
        _folder.Write("._a.png", "x");

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(["a.b"], images.Captions);
        Assert.Equal(
            ["AppleDouble companions 1 (._a.png)", "captions without an image 1 (c.txt)", "files of other kinds 2", "hidden files 1 (.DS_Store)"],
            images.LeftAside.Select(aside => $"{aside}".Split(" (such")[0]));
    }

    [Theory]
    [InlineData("b.png")]
    [InlineData("b.txt")]
    public void Open_ANamedPipe_IsRefusedAtOnce(string name)
    {
        Add("b");
        File.Delete(_folder.File(name));
        NamedPipe.Make(_folder.File(name));
        Assert.Equal(
            $"{_folder.File(name)} is a named pipe; allowed: a regular file",
            Assert.Throws<InvalidDataException>(() => CaptionedImages.Open(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("b.png", 64 << 20)]
    [InlineData("b.txt", 1 << 20)]
    public void Open_AFileOverTheLimit_IsRefusedUnread(string name, int limit)
    {
        Add("b");
        using (var file = File.OpenWrite(_folder.File(name))) file.SetLength(limit + 1L);
        Assert.Equal(
            $"{_folder.File(name)} has {limit + 1} bytes; allowed: at most {limit} bytes",
            Assert.Throws<InvalidDataException>(() => CaptionedImages.Open(_folder.Path)).Message);
    }

    [Fact]
    public void Open_ACaptionWithNul_IsRefused()
    {
        Add("b");
        _folder.Write("b.txt", "b\0");
        Assert.StartsWith($"{_folder.File("b.txt")} holds a NUL character", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AHugePicture_IsRefusedWithTheLimit()
    {
        Add("b");
        _folder.Write("b.png", TestImages.WithSize(Png, 99_968));
        Assert.Equal($"{_folder.File("b.png")} cannot be used: it has 99968x99968 pixels; at most 64,000,000 are allowed.", Refusal());
    }

    [Fact]
    public void Open_NamesOfStrangers_AreShownWithoutWhatSteersATerminal()
    {
        _folder.Write("\e[31m.png", Png);
        Assert.Equal($"{_folder.File("\uFFFD[31m.png")} has no caption; a file '\uFFFD[31m.txt' must lie beside it.", Refusal());
    }

    [Fact]
    public void Check_ADamagedImage_IsRefusedByName()
    {
        foreach (var name in new[] { "a", "b", "c" }) Add(name);
        var images = CaptionedImages.Open(_folder.Path);
        Assert.Equal(3, images.Check(long.MaxValue, Cancel));

        _folder.Write("b.png", Png[..^60]);

        var refused = Assert.Throws<InvalidInputException>(() => images.Check(long.MaxValue, Cancel));
        Assert.Equal($"{_folder.File("b.png")} cannot be used: the image in it cannot be decoded (IncompleteInput).", refused.Message);
    }

    [Fact]
    public void Check_MorePixelsThanAllowed_StopsAndSaysHowFarItCame()
    {
        foreach (var name in new[] { "a", "b", "c" }) Add(name);
        Assert.Equal(2, CaptionedImages.Open(_folder.Path).Check(65, Cancel));
        Assert.Throws<OperationCanceledException>(() => CaptionedImages.Open(_folder.Path).Check(65, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Digest_AnImageIsMended_StaysTheSame()
    {
        Add("a");
        _folder.Write("a.png", Png[..^60]);
        var before = CaptionedImages.Open(_folder.Path).Digest;

        Add("a");
        Assert.Equal(before, CaptionedImages.Open(_folder.Path).Digest);
        _folder.Write("a.txt", "another");
        Assert.NotEqual(before, CaptionedImages.Open(_folder.Path).Digest);
    }

    private void Add(string name)
    {
        _folder.Write($"{name}.png", Png);
        _folder.Write($"{name}.txt", name);
    }

    private string Refusal() => Assert.Throws<InvalidInputException>(() => CaptionedImages.Open(_folder.Path)).Message;
}
