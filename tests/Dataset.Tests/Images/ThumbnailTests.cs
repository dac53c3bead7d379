using Atelier.Dataset.Images;

namespace Atelier.Dataset.Tests.Images;

public sealed class ThumbnailTests
{
    [Theory]
    [InlineData(640, 320, 64, 32)]
    [InlineData(30, 600, 3, 64)]
    [InlineData(600, 1, 64, 1)]
    [InlineData(20, 10, 20, 10)]
    public void Make_AnyImage_FitsTheSquare_AndIsNeverEnlarged(int width, int height, int newWidth, int newHeight)
    {
        var small = ImageDecoder.Decode(Thumbnail.Make(ImageEncoder.Encode(TestImages.Gradient(width, height), "png", 95), 64));
        Assert.Equal((newWidth, newHeight), (small.Width, small.Height));
    }

    [Fact]
    public void Make_WhatIsNoImage_IsRefused() => Assert.Throws<InvalidDataException>(() => Thumbnail.Make([1, 2, 3], 64));
}
