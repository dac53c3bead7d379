using Atelier.Diffusion.Pipelines;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Pipelines;

public sealed class KnownPixelsTests
{
    // Two images of 4x4: of the first, all is kept but the pixel in the upper right corner; of the second nothing is known.
    private static readonly KnownImage Image = new([.. Enumerable.Range(0, 48).Select(i => (byte)i)], [.. Enumerable.Range(0, 16).Select(pixel => pixel != 3)]);

    [Fact]
    public void ForBase_APixel_IsTheMeanOfItsPixelsAndKnownWhereAllAreKept()
    {
        using var scope = NewDisposeScope();
        var known = new KnownPixels([Image, null], 4, CPU).ForBase(2);

        Assert.Equal([2, 3, 2, 2], known.Known!.shape);
        // Red of the pixels (0, 0), (1, 0), (0, 1) and (1, 1), then green.
        Assert.Equal((0 + 3 + 12 + 15) / 4f / 127.5f - 1, known.Known[0, 0, 0, 0].item<float>(), 6);
        Assert.Equal((1 + 4 + 13 + 16) / 4f / 127.5f - 1, known.Known[0, 1, 0, 0].item<float>(), 6);
        Assert.Equal([1f, 0, 1, 1, 0, 0, 0, 0], known.KnownMask!.data<float>());
    }

    [Fact]
    public void ForUpsampler_TheMask_IsThatOfTheBaseNetworkEnlarged()
    {
        using var scope = NewDisposeScope();
        var known = new KnownPixels([Image, null], 4, CPU).ForUpsampler(2);

        Assert.Equal([2, 3, 4, 4], known.Known!.shape);
        Assert.Equal([1f, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], known.KnownMask![0].contiguous().data<float>());
        Assert.Equal(0, known.KnownMask[1].sum().item<float>());
    }

    [Fact]
    public void Exactly_EveryKeptPixel_IsThereAtItsLevel()
    {
        using var scope = NewDisposeScope();
        var known = new KnownPixels([Image, null], 4, CPU).Exactly;

        Assert.Equal(15, known.KnownMask![0].sum().item<float>());
        Assert.Equal(0, known.KnownMask[0, 0, 0, 3].item<float>());
        Assert.Equal(Image.Rgb, (known.Known![0].Plus(S(1)) * S(127.5)).round().to_type(ScalarType.Byte).permute(1, 2, 0).contiguous().data<byte>());
    }

    [Fact]
    public void ForBase_AllLevels_ComeBackExactly()
    {
        using var scope = NewDisposeScope();
        var image = new KnownImage([.. Enumerable.Range(0, 768).Select(i => (byte)(i / 3))], [.. Enumerable.Repeat(true, 256)]);
        var known = new KnownPixels([image], 16, CPU).ForBase(16);

        Assert.Equal(image.Rgb, (known.Known![0].Plus(S(1)) * S(127.5)).round().to_type(ScalarType.Byte).permute(1, 2, 0).contiguous().data<byte>());
    }
}
