using Atelier.Dataset.Inputs;
using Atelier.Dataset.Tests.Images;
using SkiaSharp;

namespace Atelier.Dataset.Tests.Inputs;

public sealed class InputImageTests
{
    [Fact]
    public void Decode_WhatWasEncoded_IsWhatWasKeptAndNothingElse()
    {
        var rgb = TestImages.Noise(8, 8).Pixels;
        var isKept = Enumerable.Range(0, 64).Select(pixel => pixel % 3 != 0).ToArray();

        var read = InputImage.Decode(new InputImage(8, rgb, isKept).Encode());

        Assert.Equal(8, read.Size);
        Assert.Equal(isKept, read.IsKept);
        Assert.Equal(rgb.Select((value, i) => isKept[i / 3] ? value : (byte)0), read.Rgb);
    }

    [Fact]
    public void Encode_OtherPixelsWhereNothingIsKept_GivesTheSameBytes()
    {
        var isKept = Enumerable.Range(0, 64).Select(pixel => pixel < 32).ToArray();
        var rgb = TestImages.Noise(8, 8).Pixels;
        byte[] other = [.. rgb[..96], .. TestImages.Noise(8, 4, seed: 2).Pixels];

        Assert.Equal(new InputImage(8, rgb, isKept).Encode(), new InputImage(8, other, isKept).Encode());
    }

    [Theory]
    [InlineData(8, 4, "it has 8x4 pixels; allowed: a square of up to 4096x4096")]
    [InlineData(4097, 4097, "it has 4097x4097 pixels; allowed: a square of up to 4096x4096")]
    public void Decode_AnImageOfAnotherForm_IsRefused(int width, int height, string reason)
    {
        using var bitmap = new SKBitmap(width, height);
        var content = bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();

        Assert.Equal(reason, Assert.Throws<InvalidDataException>(() => InputImage.Decode(content)).Message);
    }

    [Fact]
    public void Decode_AnythingElse_IsRefused()
    {
        var whole = new InputImage(64, TestImages.Noise(64, 64).Pixels, new bool[64 * 64].Select((_, i) => i > 0).ToArray()).Encode();

        Assert.Throws<InvalidDataException>(() => InputImage.Decode([]));
        Assert.Throws<InvalidDataException>(() => InputImage.Decode("not an image"u8.ToArray()));
        Assert.Equal("the image in it cannot be decoded (IncompleteInput)", Assert.Throws<InvalidDataException>(() => InputImage.Decode(whole[..(whole.Length / 2)])).Message);
    }
}
