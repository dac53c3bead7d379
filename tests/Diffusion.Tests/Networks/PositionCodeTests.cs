using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class PositionCodeTests
{
    [Fact]
    public void For_Image_TellsEveryPositionFromEveryOther()
    {
        var code = PositionCode.For(zeros(1, 3, 8, 8), 32).view(32, 64).transpose(0, 1);

        var distances = (code.unsqueeze(0) - code.unsqueeze(1)).pow(S(2)).sum([2]);
        Assert.Equal(64, distances.lt(S(0.1)).sum().item<long>());
        Assert.InRange(code.abs().max().item<float>(), 0.9f, 1f);
    }

    [Fact]
    public void For_Image_HasRowsInOneHalfAndColumnsInTheOther()
    {
        var code = PositionCode.For(zeros(1, 3, 4, 6), 32);

        Near.Equal(code.narrow(1, 0, 16).narrow(3, 0, 1).expand(1, 16, 4, 6), code.narrow(1, 0, 16));
        Near.Equal(code.narrow(1, 16, 16).narrow(2, 0, 1).expand(1, 16, 4, 6), code.narrow(1, 16, 16));
        Assert.Equal([1, 32, 4, 6], code.shape);
        // The slowest sine of row y is sin(pi y / 4), the slowest cosine of column x cos(pi x / 6).
        Assert.Equal(Math.Sin(Math.PI / 4), code[0, 0, 1, 0].item<float>(), 1e-6);
        Assert.Equal(Math.Cos(Math.PI / 6), code[0, 24, 0, 1].item<float>(), 1e-6);
    }
}
