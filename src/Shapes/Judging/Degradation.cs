namespace Atelier.Shapes;

/// <summary>What a diffusion model does to a picture at worst, to see whether the judge bears it: blur first, then noise.</summary>
/// <param name="Blur">Whether to blur with the 3 x 3 binomial kernel (1 2 1)^T (1 2 1) / 16; pixels outside repeat the border.</param>
/// <param name="NoiseSigma">The standard deviation of Gaussian noise added to each byte.</param>
public sealed record Degradation(bool Blur, double NoiseSigma)
{
    /// <summary>Spoils a copy of an image; the same seed gives the same noise.</summary>
    /// <param name="rgb">RGB bytes, [size, size, 3].</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="seed">Seeds the noise.</param>
    /// <returns>RGB bytes, [size, size, 3].</returns>
    public byte[] Apply(ReadOnlySpan<byte> rgb, int size, ulong seed)
    {
        var random = new SplitMix64(seed);
        var result = new byte[rgb.Length];
        for (var i = 0; i < rgb.Length; i++)
        {
            var value = (Blur ? Blurred(rgb, size, i) : rgb[i]) + (NoiseSigma * Normal(random));
            result[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }

        return result;
    }

    private static double Blurred(ReadOnlySpan<byte> rgb, int size, int index)
    {
        var (x, y, channel) = (index / 3 % size, index / 3 / size, index % 3);
        var sum = 0;
        for (var dy = -1; dy <= 1; dy++)
        {
            for (var dx = -1; dx <= 1; dx++)
            {
                var (nearX, nearY) = (Math.Clamp(x + dx, 0, size - 1), Math.Clamp(y + dy, 0, size - 1));
                sum += (2 - Math.Abs(dx)) * (2 - Math.Abs(dy)) * rgb[(((nearY * size) + nearX) * 3) + channel];
            }
        }

        return sum / 16.0;
    }

    /// <summary>Nearly standard normal: twelve uniform numbers have variance 1, and adding needs no library function.</summary>
    private static double Normal(SplitMix64 random)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++) sum += random.NextDouble();
        return sum;
    }
}
