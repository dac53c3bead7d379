using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Inputs;
using SkiaSharp;

namespace Atelier.Dataset.Tests.Images;

/// <summary>What every decoder refuses, whoever calls it.</summary>
public sealed class EncodedImageTests
{
    private static readonly Dictionary<string, Action<byte[]>> Decoders = new()
    {
        ["any"] = content => ImageDecoder.Decode(content),
        ["square"] = content => SquareImage.Decode(content, 8),
        ["input"] = content => InputImage.Decode(content),
    };

    public static TheoryData<string> Names => [.. Decoders.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_MorePixelsThanAllowed_IsRefusedBeforeTheyAreAllocated(string decoder)
    {
        var bomb = TestImages.WithSize(Encode(ImageFormats.Png), 20_000);
        Assert.Equal("it has 20000x20000 pixels; at most 64,000,000 are allowed", Refusal(decoder, bomb));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_HalfAnImageOfAnyFormat_IsRefused(string decoder)
    {
        foreach (var format in ImageFormats.All)
        {
            var whole = Encode(format);
            foreach (var part in new[] { 0.3, 0.6, 0.9 })
                Assert.StartsWith("the image in it cannot be decoded (", Refusal(decoder, whole[..(int)(part * whole.Length)]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_FormatsThatNobodyMeans_AreRefused(string decoder)
    {
        // Two zeros, width, height and a bit for each pixel are a picture of WAP.
        byte[] wbmp = [0, 0, 8, 8, .. new byte[8]];
        using (var codec = SKCodec.Create(new MemoryStream(wbmp))) Assert.Equal(SKEncodedImageFormat.Wbmp, codec.EncodedFormat);
        Assert.Equal("it is not an image of a known format", Refusal(decoder, wbmp));
        Assert.Equal("it is not an image of a known format", Refusal(decoder, []));
    }

    [Fact]
    public void Decode_AnAnimation_GivesItsFirstFrame()
    {
        // Two frames of one pixel, red and then blue.
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2];
        byte[] gif =
        [
            .. Encoding.ASCII.GetBytes("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255,
            .. frame, 0x44, 0x01, 0, .. frame, 0x4C, 0x01, 0, 0x3B,
        ];
        Assert.Equal([255, 0, 0], ImageDecoder.Decode(gif).Pixels);
    }

    private static byte[] Encode(string format) => ImageEncoder.Encode(TestImages.Noise(64, 64), format, 95);

    private static string Refusal(string decoder, byte[] content) => Assert.Throws<InvalidDataException>(() => Decoders[decoder](content)).Message;
}
