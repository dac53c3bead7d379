using System.Diagnostics;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Captions;
using Atelier.Dataset.Images;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Captions;

public sealed class CaptionedTarsTests : IDisposable
{
    private static readonly byte[] Png = ImageEncoder.Encode(TestImages.Noise(8, 8), ImageFormats.Png, 95);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Tar => _folder.File("x.tar");

    [Fact]
    public void Open_CompanionsOfMacOS_EndNoSample()
    {
        var images = Open(new TestTar()
            .Add("./._0.png", "companion").Add("./0.png", Png).Add("./._0.txt", "companion").Add("./0.txt", "zero")
            .Add("./._1.png", "companion").Add("./1.png", Png).Add("./._1.txt", "companion").Add("./1.txt", "one"));

        Assert.Equal(["zero", "one"], images.Captions);
        Assert.Equal([new LeftAside("AppleDouble companions", 4, "./._0.png")], images.LeftAside);
    }

    [Fact]
    public void Open_NamesWithNothingBeforeTheFirstDot_BelongToNoSample()
    {
        var images = Open(new TestTar().Add("0.png", Png).Add(".hidden", "x").Add(".txt", "x").Add("a/.png", Png).Add("LICENSE", "x").Add("0.txt", "zero"));

        Assert.Equal(["zero"], images.Captions);
        Assert.Equal([new LeftAside("files of other kinds", 1, "LICENSE"), new LeftAside("hidden files", 3, ".hidden")], images.LeftAside);
    }

    [Fact]
    public void Open_FilesInHiddenFolders_AreLeftAside()
    {
        var images = Open(new TestTar()
            .Add("./a/0.png", Png).Add("./a/0.txt", "zero").Add("./a/.ipynb_checkpoints/0-checkpoint.png", Png).Add("../b.png", Png).Add("../b.txt", "b"));

        Assert.Equal(["zero", "b"], images.Captions);
        Assert.Equal([new LeftAside("files in hidden folders", 1, "./a/.ipynb_checkpoints/0-checkpoint.png")], images.LeftAside);
    }

    [Fact]
    public void Open_WhatBelongsToNoSample_IsCountedByKind()
    {
        var images = Open(new TestTar()
            .Add("folder/", [], '5')
            .Add("a.v1.png", Png).Add("a.v1.txt", "a").Add("b.png", Png).Add("b.txt", "b").Add("b.json", "{}").Add("b.cls", "1")
            .Add("c.png", [], '1').Add("c.txt", "c").Add("d.png", [], '2').Add("e.png", [], '6'));

        Assert.Equal(["b"], images.Captions);
        Assert.Equal(
            [
                new LeftAside("captions without an image", 1, "c.txt"), new LeftAside("entries that are no regular files", 1, "e.png"),
                new LeftAside("files of other kinds", 2, "b.json"), new LeftAside("hard links", 1, "c.png"),
                new LeftAside("names that go on after their first dot", 2, "a.v1.png"), new LeftAside("symbolic links", 1, "d.png"),
            ],
            images.LeftAside);
    }

    [Fact]
    public void LeftAside_NamesOfStrangers_AreShownWithoutWhatSteersATerminal() =>
        Assert.Equal("hidden files 2 (such as .\uFFFD[31mred)", new LeftAside("hidden files", 2, ".\e[31mred").ToString());

    [Theory]
    [InlineData("0.png")]
    [InlineData("0.txt")]
    [InlineData("0.json")]
    public void Open_ANameTwice_IsRefusedWithTarAndName(string name)
    {
        var tar = new TestTar().Add("0.png", Png).Add("0.txt", "zero").Add("0.json", "{}").Add("1.png", Png).Add("1.txt", "one").Add(name, Png);
        Assert.Equal($"{Tar}: {name} is in it twice; each name is allowed once.", Refusal(tar.End()));
    }

    [Theory]
    [InlineData("0.png", "0.jpg", "0.txt", "0.jpg is a second image of the sample that has 0.png; one is allowed.")]
    [InlineData("0.png", "0.PNG", "0.txt", "0.PNG is a second image of the sample that has 0.png; one is allowed.")]
    [InlineData("0.png", "0.txt", "0.TXT", "0.TXT is a second caption of the sample that has 0.txt; one is allowed.")]
    public void Open_TwoOfAKindInASample_AreRefused(string first, string second, string third, string message) =>
        Assert.Equal($"{Tar}: {message}", Refusal(new TestTar().Add(first, Png).Add(second, Png).Add(third, Png).End()));

    [Fact]
    public void Open_ALengthInBase256_IsRefused()
    {
        byte[] negative = [0x80, .. Enumerable.Repeat((byte)0xFF, 11)];
        Assert.StartsWith($"{Tar} cannot be read: ", Refusal(new TestTar().Add("a.png", Png, size: negative).End()), StringComparison.Ordinal);
        byte[] huge = [0x80, 0, 0, 0, 0x7F, .. Enumerable.Repeat((byte)0xFF, 7)];
        Assert.NotEqual("", Refusal(new TestTar().Add("a.png", Png, size: huge).End()));
    }

    [Fact]
    public void Open_AnImageLongerThanTheTar_IsRefused() =>
        Assert.Equal($"{Tar} cannot be read: it ends within a.png", Refusal(new TestTar().Add("a.png", Png, size: TestTar.Octal(1 << 20)).End()));

    [Fact]
    public void Open_ATarCutShort_IsRefusedWhereverItIsCut()
    {
        var whole = new TestTar().Add("a.png", Png).Add("a.txt", "a").Add("b.png", Png).Add("b.txt", "b").End();
        var end = whole.Length - 1024;
        for (var length = 0; length <= end; length += 256)
            Assert.StartsWith($"{Tar} cannot be read: ", Refusal(whole[..length]), StringComparison.Ordinal);
        Assert.Equal(2, Open(whole[..(end + 512)]).Count);
    }

    [Fact]
    public void Open_TarsOneBehindTheOther_AreRefused()
    {
        byte[] two = [.. new TestTar().Add("a.png", Png).Add("a.txt", "a").End(), .. new TestTar().Add("b.png", Png).Add("b.txt", "b").End()];
        Assert.Equal(
            $"{Tar} cannot be read: it goes on behind its end; tar files are joined by 'tar --concatenate', not one behind the other", Refusal(two));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public void Open_ALongHeader_IsRefusedBeforeItIsAllocated(char type)
    {
        var tar = new TestTar().Add("header", [], type, TestTar.Octal(300 << 20)).Add("a.png", Png).End();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal($"{Tar} cannot be read: a long name or extended attributes in it have more than 1,048,576 bytes", Refusal(tar));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10_000_000);
    }

    [Fact]
    public void Open_LongNamesOfGnuAndPax_AreRead()
    {
        var (gnu, pax) = ($"{new string('g', 300)}/0", $"{new string('p', 300)}/1");
        var images = Open(new TestTar()
            .Add("././@LongLink", Encoding.ASCII.GetBytes($"{gnu}.png\0"), 'L').Add("short", Png).Add("././@LongLink", Encoding.ASCII.GetBytes($"{gnu}.txt\0"), 'L').Add("short", "zero")
            .Add("PaxHeader", Attribute("path", $"{pax}.png"), 'x').Add("short", Png).Add("PaxHeader", Attribute("path", $"{pax}.txt"), 'x').Add("short", "one"));

        Assert.Equal(["zero", "one"], images.Captions);
        Assert.Equal(TestImages.Noise(8, 8).Pixels, images.Load(1, 8).Image.Pixels);
        Assert.Empty(images.LeftAside);
    }

    [Theory]
    [InlineData("gnu", "cannot be read: ")]
    [InlineData("pax", "/a.png has no caption; ")]
    public void Open_ASparseFileOfGnuTar_IsRefused(string format, string message)
    {
        using var scratch = new TemporaryFolder();
        scratch.Write("a.png", Png);
        using (var sparse = File.OpenWrite(scratch.File("a.png"))) sparse.SetLength(1 << 20);
        scratch.Write("a.txt", "a");
        using (var tar = Process.Start(new ProcessStartInfo("tar", ["-cSf", Tar, $"--format={format}", "a.png", "a.txt"]) { WorkingDirectory = scratch.Path })!)
        {
            tar.WaitForExit();
            Assert.Equal(0, tar.ExitCode);
        }

        var refused = Assert.Throws<InvalidInputException>(() => CaptionedImages.Open(Tar)).Message;

        Assert.StartsWith(Tar, refused, StringComparison.Ordinal);
        Assert.Contains(message, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ATarWithChangedBytes_IsReadOrRefusedInWords()
    {
        var whole = new TestTar()
            .Add("PaxHeader", Attribute("path", "a.png"), 'x').Add("short", Png).Add("a.txt", "a").Add("././@LongLink", "b.png\0"u8.ToArray(), 'L').Add("b", Png)
            .Add("b.txt", "b").End();
        var random = new Random(11);
        var refused = 0;
        for (var attempt = 0; attempt < 600; attempt++)
        {
            var changed = (byte[])whole.Clone();
            // In a header mostly, whose checksum is set right again.
            var header = 512 * random.Next(whole.Length / 512);
            for (var change = random.Next(1, 4); change > 0; change--) changed[header + random.Next(512)] = (byte)random.Next(256);
            if (random.Next(4) > 0)
            {
                "        "u8.CopyTo(changed.AsSpan(header + 148));
                var sum = changed.AsSpan(header, 512).ToArray().Sum(value => value);
                Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(changed, header + 148);
            }
            if (Record.Exception(() => { Open(changed).Load(0, 8); }) is not { } exception) continue;
            Assert.IsType<InvalidInputException>(exception);
            Assert.StartsWith(Tar, exception.Message, StringComparison.Ordinal);
            refused++;
        }
        Assert.InRange(refused, 100, 599);
    }

    [Fact]
    public void Open_ACompressedTar_IsRefused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(new TestTar().Add("a.png", Png).Add("a.txt", "a").End());
        Assert.StartsWith($"{Tar} cannot be read: it is compressed; unpack it first", Refusal(packed.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ANamedPipe_IsRefusedAtOnce()
    {
        NamedPipe.Make(Tar);
        Assert.Equal($"{Tar} is a named pipe; allowed: a regular file", Assert.Throws<InvalidDataException>(() => CaptionedImages.Open(Tar)).Message);
        Assert.Equal($"{Tar} is a named pipe; allowed: a regular file", Assert.Throws<InvalidDataException>(() => CaptionedImages.Open(_folder.Path)).Message);
    }

    [Fact]
    public void Open_ACaptionOverTheLimit_IsRefused()
    {
        Assert.Equal(
            $"{Tar}: a.txt has 1,048,577 bytes; at most 1,048,576 are allowed.",
            Refusal(new TestTar().Add("a.png", Png).Add("a.txt", new string('a', (1 << 20) + 1)).End()));
        Assert.Equal(
            $"{Tar}: a.txt holds a NUL character (U+0000), which is not allowed; if it is UTF-16, save it as UTF-8.",
            Refusal(new TestTar().Add("a.png", Png).Add("a.txt", "a\0b").End()));
    }

    [Fact]
    public void Open_AnImageOverTheLimit_IsRefusedUnread()
    {
        var tar = new TestTar().Add("a.png", Png, size: TestTar.Octal((64 << 20) + 1)).Open();
        _folder.Write("x.tar", tar);
        using (var file = File.OpenWrite(Tar)) file.SetLength(80 << 20);
        Assert.Equal(
            $"{Tar}: a.png has 67,108,865 bytes; at most 67,108,864 are allowed.",
            Assert.Throws<InvalidInputException>(() => CaptionedImages.Open(Tar)).Message);
    }

    [Fact]
    public void Open_AFolderOfTars_SaysWhatElseIsInIt()
    {
        Write(new TestTar().Add("a.png", Png).Add("a.txt", "a").End());
        _folder.Write("._x.tar", "companion");
        _folder.Write("y.tar.gz", "x");
        _folder.Write("b.png", Png);
        Directory.CreateDirectory(_folder.File("more"));

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(["a"], images.Captions);
        Assert.Equal(["AppleDouble companions 1 (._x.tar)", "files of other kinds 2", "folders beside tar files 1 (more)"], images.LeftAside.Select(aside => $"{aside}".Split(" (such")[0]));
    }

    [Fact]
    public void Open_AFolderWhoseShardsAreUsed_SaysWhatElseIsInIt()
    {
        Directory.CreateDirectory(_folder.File("shards"));
        _folder.Write("shards/0.TAR", new TestTar().Add("a.png", Png).Add("a.txt", "a").End());
        _folder.Write("shards/0.parquet", "x");
        _folder.Write("b.png", Png);

        var images = CaptionedImages.Open(_folder.Path);

        Assert.Equal(["a"], images.Captions);
        Assert.Equal([new LeftAside("files of other kinds", 2, "b.png")], images.LeftAside);
    }

    private static byte[] Attribute(string name, string value)
    {
        var length = name.Length + value.Length + 3;
        length += $"{length + 3}".Length;
        return Encoding.ASCII.GetBytes($"{length} {name}={value}\n");
    }

    private CaptionedImages Open(TestTar tar) => Open(tar.End());

    private CaptionedImages Open(byte[] tar) => CaptionedImages.Open(Write(tar));

    private string Write(byte[] tar) => _folder.Write("x.tar", tar);

    private string Refusal(byte[] tar) => Assert.Throws<InvalidInputException>(() => Open(tar)).Message;
}
