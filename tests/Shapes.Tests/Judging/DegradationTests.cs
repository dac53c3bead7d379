using Xunit;

namespace Atelier.Shapes.Tests;

public class DegradationTests
{
    [Fact]
    public void Apply_BlurOnOneDot_SpreadsItByTheBinomialKernel()
    {
        var image = new byte[32 * 32 * 3];
        image[((10 * 32) + 10) * 3] = 160;
        var blurred = new Degradation(Blur: true, NoiseSigma: 0).Apply(image, 32, seed: 1);
        Assert.Equal([40, 20, 10, 0], new[] { Red(10, 10), Red(11, 10), Red(11, 11), Red(12, 10) });
        Assert.Equal(160, blurred.Sum(value => value));

        int Red(int x, int y) => blurred[((y * 32) + x) * 3];
    }

    [Fact]
    public void Apply_Noise_HasItsStandardDeviationAndNoBias()
    {
        var noisy = new Degradation(Blur: false, NoiseSigma: 8).Apply(Enumerable.Repeat((byte)128, 64 * 64 * 3).ToArray(), 64, seed: 1);
        var mean = noisy.Average(value => value);
        Assert.Equal(128, mean, 0.3);
        Assert.Equal(8, Math.Sqrt(noisy.Average(value => Math.Pow(value - mean, 2))), 0.2);
    }
}
