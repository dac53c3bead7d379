using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;

namespace Atelier.Dataset.Tests.Images;

public sealed class ImageEncoderTests
{
    public static TheoryData<string> Formats { get; } = [.. ImageFormats.All];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 32)]
    [InlineData(67, 5)]
    [InlineData(256, 256)]
    public void Png_Decoded_HasThePixelsItWasMadeFrom(int width, int height)
    {
        var image = TestImages.Noise(width, height);

        var decoded = ImageDecoder.Decode(ImageEncoder.Encode(image, ImageFormats.Png, 95));

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.Equal(image.Pixels, decoded.Pixels);
        Assert.Equal(image.Sha256(), decoded.Sha256());
    }

    [Fact]
    public void Png_HasEightBitsOfRedGreenAndBlueAndNoMetadata()
    {
        var png = ImageEncoder.Encode(TestImages.Noise(20, 10), ImageFormats.Png, 95);

        // The header's bit depth, and its colour type: 2 is colour without alpha (PNG specification, section 11.2.2).
        Assert.Equal((8, 2), (png[24], png[25]));
        Assert.Equal(["IHDR", "sBIT", "IDAT", "IEND"], Chunks(png).Distinct());
    }

    [Theory]
    [InlineData(ImageFormats.Jpg, 3)]
    [InlineData(ImageFormats.Webp, 8)]
    public void LossyFormat_DecodedAtHighQuality_IsCloseToTheImage(string format, int tolerance)
    {
        var image = TestImages.Gradient(64, 48);

        var decoded = ImageDecoder.Decode(ImageEncoder.Encode(image, format, 95));

        Assert.Equal((64, 48), (decoded.Width, decoded.Height));
        Assert.InRange(image.Pixels.Zip(decoded.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Encode_ManyAtOnce_GivesTheSameBytes(string format)
    {
        var image = TestImages.Noise(64, 64);
        var expected = ImageEncoder.Encode(image, format, 90);

        var encoded = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ImageEncoder.Encode(image, format, 90))));

        Assert.All(encoded, bytes => Assert.Equal(expected, bytes));
    }

    [Theory]
    [InlineData(ImageFormats.Png, "89504E47")]
    [InlineData(ImageFormats.Jpg, "FFD8FFE0")]
    [InlineData(ImageFormats.Webp, "52494646")]
    public void Encode_BeginsAsFilesOfTheFormatDo(string format, string magic) =>
        Assert.Equal(magic, Convert.ToHexString(ImageEncoder.Encode(TestImages.Noise(8, 8), format, 95).AsSpan(0, 4)));

    [Theory]
    [InlineData(ImageFormats.Jpg)]
    [InlineData(ImageFormats.Webp)]
    public void Encode_LowerQuality_IsSmaller(string format)
    {
        var image = TestImages.Noise(64, 64);

        Assert.True(ImageEncoder.Encode(image, format, 50).Length < ImageEncoder.Encode(image, format, 95).Length);
    }

    [Fact]
    public void Encode_UnknownFormatOrQuality_IsRefused()
    {
        var image = TestImages.Noise(8, 8);

        var exception = Assert.Throws<ArgumentException>(() => ImageEncoder.Encode(image, "gif", 95));
        Assert.StartsWith("Unknown image format 'gif'; known: png, jpg, webp.", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEncoder.Encode(image, "jpg", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEncoder.Encode(image, "jpg", 101));
    }

    [Fact]
    public void Codec_NamesTheLibraryAndItsVersion() => Assert.Equal("skia-3.119.4", ImageEncoder.Codec);

    [Fact]
    public void Decode_NoImageOrHalfOfOne_IsRefused()
    {
        var png = ImageEncoder.Encode(TestImages.Noise(64, 64), ImageFormats.Png, 95);

        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode("text"u8.ToArray()));
        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(png[..(png.Length / 2)]));
    }

    [Fact]
    public void RgbImage_WrongNumberOfBytes_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => new RgbImage(4, 2, new byte[23]));

        Assert.StartsWith("4 x 2 pixels need 24 bytes; there are 23.", exception.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Chunks(byte[] png)
    {
        for (var at = 8; at < png.Length;)
        {
            yield return Encoding.ASCII.GetString(png, at + 4, 4);
            at += 12 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
        }
    }
}
