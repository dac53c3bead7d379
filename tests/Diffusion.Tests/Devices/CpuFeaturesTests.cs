using Atelier.Diffusion.Devices;

namespace Atelier.Diffusion.Tests.Devices;

public sealed class CpuFeaturesTests
{
    private const int Avx512BFloat16 = 1 << 5;
    private const int AmxTile = 1 << 24;

    [Theory]
    [InlineData(0x20, 1, Avx512BFloat16, 0, 0, true)]            // Zen 4: no tiles
    [InlineData(0x20, 1, Avx512BFloat16, AmxTile, 1, true)]      // Sapphire Rapids
    [InlineData(0x20, 1, Avx512BFloat16, AmxTile, 0, false)]     // tiles advertised, palettes hidden
    [InlineData(0x1C, 1, Avx512BFloat16, AmxTile, 1, false)]     // tiles advertised, their leaf beyond the last
    [InlineData(0x20, 1, 0, AmxTile, 1, false)]
    [InlineData(0x20, 0, Avx512BFloat16, 0, 0, false)]           // no subleaf 1: what it returns means nothing
    [InlineData(0x06, 1, Avx512BFloat16, 0, 0, false)]
    public void CanMultiply_Registers_Decide(int highestLeaf, int highestSubleaf, int subleaf1, int features, int highestPalette, bool expected)
    {
        Assert.Equal(expected, CpuFeatures.CanMultiply(CpuId));

        (int, int, int, int) CpuId(int leaf, int subleaf) => (leaf, subleaf) switch
        {
            (0, 0) => (highestLeaf, 0, 0, 0),
            (7, 0) => (highestSubleaf, 0, 0, features),
            (7, 1) => (subleaf1, 0, 0, 0),
            (0x1D, 0) => (highestPalette, 0, 0, 0),
            _ => default,
        };
    }
}
