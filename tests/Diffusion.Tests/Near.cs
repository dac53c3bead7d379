using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>Comparison of tensors element by element.</summary>
internal static class Near
{
    /// <summary>Fails unless shapes and types agree and every |actual - expected| is at most atol + rtol |expected|.</summary>
    public static void Equal(Tensor expected, Tensor actual, double atol = 0, double rtol = 0)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        (expected, actual) = (expected.to_type(ScalarType.Float64), actual.to_type(ScalarType.Float64));
        var difference = (actual - expected).abs();
        // Written so that a NaN is an excess.
        var excess = difference.le((S(rtol) * expected.abs()).Plus(S(atol))).logical_not();
        if (excess.any().item<bool>())
            Assert.Fail($"{excess.sum().item<long>()} of {expected.numel()} elements differ, by up to {difference.max().item<double>():E2}");
    }
}
