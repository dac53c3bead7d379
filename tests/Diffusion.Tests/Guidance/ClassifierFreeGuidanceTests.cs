using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Guidance;

public sealed class ClassifierFreeGuidanceTests : IDisposable
{
    private readonly Text2ImUNet _network = TinyModel.Network();
    private readonly Tensor _x;
    private readonly Tensor _timesteps = tensor(new long[] { 700, 20 });
    private readonly TextEncoding _text;
    private readonly Tensor _conditional;
    private readonly Tensor _unconditional;

    public ClassifierFreeGuidanceTests()
    {
        using var noGradients = no_grad();
        using var random = new RandomTensors(1);
        _x = random.Normal(2, 3, 16, 16);
        var mask = cat([ones(2, 12, dtype: ScalarType.Bool), zeros(2, 12, dtype: ScalarType.Bool)]);
        _text = _network.EncodeText(random.Uniform(0, 256, 4, 12).to_type(ScalarType.Int64), mask);
        var output = _network.call(cat([_x, _x]), cat([_timesteps, _timesteps]), _text);
        (_conditional, _unconditional) = (output[..2], output[2..]);
    }

    [Fact]
    public void Predict_ScaleOne_IsTheConditionalNetwork() => Near.Equal(_conditional, Predict(1, 1), atol: 1e-5);

    [Fact]
    public void Predict_ScaleZero_HasTheUnconditionalEpsilonAndTheConditionalVariance()
    {
        Near.Equal(_unconditional[.., ..3], Predict(0, 0)[.., ..3]);
        Near.Equal(_conditional[.., 3..], Predict(0, 0)[.., 3..]);
    }

    [Fact]
    public void Predict_AnyScale_IsLinearInIt()
    {
        var (zero, one) = (Predict(0, 0)[.., ..3], Predict(1, 1)[.., ..3]);

        Assert.True((one - zero).abs().max().item<float>() > 1e-3, "the prompt makes no difference");
        Near.Equal(zero + 7.5 * (one - zero), Predict(7.5f, 7.5f)[.., ..3], atol: 1e-4);
        Near.Equal(zero - (one - zero), Predict(-1, -1)[.., ..3], atol: 1e-4);
    }

    [Fact]
    public void Predict_RowsOfDifferentScales_AreWhatEachScaleGivesAlone()
    {
        var mixed = Predict(3, 0.5f);

        Near.Equal(Predict(3, 3)[..1], mixed[..1]);
        Near.Equal(Predict(0.5f, 0.5f)[1..], mixed[1..]);
    }

    public void Dispose() => _network.Dispose();

    private Tensor Predict(float first, float second)
    {
        using var noGradients = no_grad();
        return new ClassifierFreeGuidance(_network, _text, tensor(new[] { first, second }, [2, 1, 1, 1])).Predict(_x, _timesteps);
    }
}
