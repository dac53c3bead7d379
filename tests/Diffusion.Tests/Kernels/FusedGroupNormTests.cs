using Atelier.Diffusion.Kernels;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Kernels;

public sealed class FusedGroupNormTests
{
    [Theory]
    [InlineData(32, 4, 4, 0.0, false, 1e-5)]
    [InlineData(64, 16, 16, 3.0, true, 1e-5)]
    [InlineData(96, 5, 7, -40.0, false, 1e-6)]
    [InlineData(512, 9, 3, 0.5, true, 0.5)]
    public void Apply_AnyShape_IsTheFormulaInFloat64(int channels, int height, int width, double mean, bool scaleShift, double epsilon)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var random = new RandomTensors(1);
        var x = TensorMemory.ChannelsLast(random.Normal(3, channels, height, width).Plus(S(mean)));
        var (weight, bias) = (random.Normal(channels), random.Normal(channels));
        var condition = scaleShift ? random.Normal(3, 2 * channels) : null;
        Assert.True(FusedGroupNorm.Supports(x));

        var plain = FusedGroupNorm.Apply(x, weight, bias, condition, silu: false, epsilon);
        var activated = FusedGroupNorm.Apply(x, weight, bias, condition, silu: true, epsilon);

        var groups = x.to_type(float64).reshape(3, 32, -1);
        var variance = (groups - groups.mean([2], keepdim: true)).pow(S(2)).mean([2], keepdim: true);
        var normed = ((groups - groups.mean([2], keepdim: true)) / variance.Plus(S(epsilon)).sqrt()).view(x.shape);
        var expected = (normed * weight.view(1, -1, 1, 1)).Plus(bias.view(1, -1, 1, 1));
        if (condition is not null)
        {
            var parts = condition.view(3, 2 * channels, 1, 1).chunk(2, dim: 1);
            expected = (expected * parts[0].Plus(S(1))).Plus(parts[1]);
        }
        Near.Equal(expected.to_type(float32), plain, atol: 2e-5, rtol: 1e-5);
        Near.Equal((expected * sigmoid(expected)).to_type(float32), activated, atol: 2e-5, rtol: 1e-5);
        Assert.True(TensorMemory.IsChannelsLast(plain));
    }

    [Fact]
    public void Apply_OneSampleOfABatch_HasTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var random = new RandomTensors(2);
        var (x, weight, bias) = (TensorMemory.ChannelsLast(random.Normal(4, 64, 8, 8)), random.Normal(64), random.Normal(64));

        var together = FusedGroupNorm.Apply(x, weight, bias, null, silu: true);
        var alone = FusedGroupNorm.Apply(TensorMemory.ChannelsLast(x.narrow(0, 2, 1)), weight, bias, null, silu: true);

        Near.Equal(together.narrow(0, 2, 1), alone);
    }

    [Fact]
    public void Supports_WhatGradientsOrOtherLayoutsNeed_IsFalse()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomTensors(3);
        var x = random.Normal(1, 32, 4, 4);
        using (no_grad())
        {
            Assert.False(FusedGroupNorm.Supports(x));
            Assert.False(FusedGroupNorm.Supports(TensorMemory.ChannelsLast(x).to_type(bfloat16)));
        }
        Assert.False(FusedGroupNorm.Supports(TensorMemory.ChannelsLast(x)));
    }
}
