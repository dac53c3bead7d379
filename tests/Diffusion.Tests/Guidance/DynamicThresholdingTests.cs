using Atelier.Diffusion.Guidance;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Guidance;

public sealed class DynamicThresholdingTests
{
    [Fact]
    public void Apply_ImageInRange_IsUnchanged()
    {
        using var random = new RandomTensors(1);
        var images = random.Uniform(-1, 1, 2, 3, 4, 4);
        Near.Equal(images, DynamicThresholding.Apply(images, 0.95));
    }

    [Fact]
    public void Apply_ImageOutOfRange_IsClippedToItsPercentileAndScaledBack()
    {
        // |x_0| is 0, 1, ..., 10 for the first sample, whose 80th percentile is 8, and a tenth of it for the second.
        var values = arange(S(0), S(11), S(1), dtype: float32).view(1, 1, 1, 11) * tensor(new float[] { 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1 });
        var images = cat([values, values / S(10)]);

        var thresholded = DynamicThresholding.Apply(images, 0.8);

        Near.Equal(values.clamp(S(-8), S(8)) / S(8), thresholded[..1], atol: 1e-6);
        Near.Equal(images[1..], thresholded[1..]);
        Assert.Equal(1, thresholded.abs().max().item<float>());
    }
}
