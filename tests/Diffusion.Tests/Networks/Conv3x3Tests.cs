using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class Conv3x3Tests
{
    // Widths of first, inner and last layers; oneDNN's own gradients are wrong for the last ones on some processors.
    [Theory]
    [InlineData(3, 32, 1, false)]
    [InlineData(32, 6, 1, false)]
    [InlineData(32, 3, 1, true)]
    [InlineData(64, 24, 1, true)]
    [InlineData(64, 64, 2, false)]
    [InlineData(64, 64, 1, true)]
    public void Gradients_OfLayersOfAllWidths_AreThoseInFloat64(int channels, int outChannels, int stride, bool bfloat16)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomTensors(1);
        using var layer = new Conv3x3(channels, outChannels, stride) { MultipliesInBFloat16 = bfloat16 };
        RandomTensors.FillWeights(layer, 2);
        foreach (var n in new[] { 1, 2, 8, 16 })
        {
            var x = random.Normal(n, channels, 16, 16).requires_grad_();
            var y = layer.call(x);
            var direction = random.Normal(y.shape);
            var computed = autograd.grad([(y * direction).sum()], [x, .. layer.parameters()]);

            var exact = layer.parameters().Prepend(x).Select(tensor => tensor.detach().to_type(float64).requires_grad_()).ToArray();
            var expected = nn.functional.conv2d(exact[0], exact[1], exact[2], [stride, stride], [1, 1]);
            var gradients = autograd.grad([(expected * direction.to_type(float64)).sum()], [.. exact]);

            var tolerance = layer.MultipliesInBFloat16 ? 2e-2 : 1e-5;
            foreach (var (want, got) in gradients.Zip(computed))
                Near.Equal(want.to_type(float32), got, atol: tolerance * want.abs().max().item<double>());
        }
    }
}
