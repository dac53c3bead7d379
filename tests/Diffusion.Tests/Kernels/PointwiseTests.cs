using Atelier.Diffusion.Kernels;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Kernels;

public sealed class PointwiseTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 64)]
    [InlineData(16, 1)]
    public void Apply_AnyShape_IsTheLinearLayer(int n, int positions)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomTensors(1);
        var (rows, weight, bias) = (random.Normal(n, positions, 32), random.Normal(48, 32), random.Normal(48));

        Near.Equal(nn.functional.linear(rows, weight, bias), Pointwise.Apply(rows, weight.unsqueeze(-1), bias), atol: 2e-5);
        var image = TensorMemory.ChannelsLast(random.Normal(n, 32, positions, 4));
        Near.Equal(nn.functional.conv2d(image, weight.view(48, 32, 1, 1), bias), Pointwise.ApplyToImage(image, weight.view(48, 32, 1, 1), bias), atol: 2e-5);
    }
}
