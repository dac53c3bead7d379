using System.Runtime.Intrinsics;
using Atelier.Diffusion.Kernels;

namespace Atelier.Diffusion.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void Exp_OverItsWholeRange_IsWithinTwoUnitsInTheLastPlace()
    {
        for (var x = -87f; x < 88; x += 0.0173f)
        {
            var expected = Math.Exp(x);
            var unit = MathF.BitIncrement((float)expected) - (float)expected;
            Assert.InRange(VectorMath.Exp(Vector256.Create(x))[3], expected - 2 * unit, expected + 2 * unit);
            Assert.Equal(VectorMath.Exp(Vector256.Create(x))[0], VectorMath.Exp(Vector512.Create(x))[0]);
        }
    }

    [Fact]
    public void Exp_BeyondItsRange_StaysFinite()
    {
        Assert.InRange(VectorMath.Exp(Vector256.Create(float.NegativeInfinity))[0], 0, 1.2e-38f);
        Assert.True(float.IsFinite(VectorMath.Exp(Vector256.Create(float.PositiveInfinity))[0]));
    }
}
