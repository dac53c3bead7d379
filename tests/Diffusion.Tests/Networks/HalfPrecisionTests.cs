using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class HalfPrecisionTests
{
    [Theory]
    [InlineData(ScalarType.BFloat16, 0.2)]
    [InlineData(ScalarType.Float16, 0.03)]
    public void Convert_Network_HoldsExactlyTheNamedParametersInHalfAndPredictsNearlyTheSame(ScalarType precision, double tolerance)
    {
        using var network = TinyModel.Network();
        using var random = new RandomTensors(1);
        using var noGradients = no_grad();
        var (x, timesteps) = (random.Normal(2, 3, 16, 16), tensor(new long[] { 700, 20 }));
        var (tokens, mask) = (random.Uniform(0, 256, 2, 12).to_type(ScalarType.Int64), ones(2, 12, dtype: ScalarType.Bool));
        var expected = network.call(x, timesteps, network.EncodeText(tokens, mask));

        HalfPrecision.Convert(network, precision);

        var half = HalfPrecision.ParameterNames(network).ToHashSet();
        Assert.All(network.state_dict(), entry => Assert.Equal(half.Contains(entry.Key) ? precision : ScalarType.Float32, entry.Value.dtype));
        Assert.Contains("input_blocks.1.0.in_layers.2.weight", half);
        Assert.DoesNotContain("out.2.weight", half);
        Near.Equal(expected, network.call(x, timesteps, network.EncodeText(tokens, mask)), atol: tolerance);

        HalfPrecision.Convert(network, ScalarType.Float32);
        Assert.All(network.state_dict().Values, parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void Convert_AnotherType_IsRefused()
    {
        using var network = TinyModel.Network();
        Assert.StartsWith(
            "precision Int32 is not Float16, BFloat16 or Float32",
            Assert.Throws<ArgumentException>(() => HalfPrecision.Convert(network, ScalarType.Int32)).Message, StringComparison.Ordinal);
    }
}
