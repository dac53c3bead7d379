namespace Atelier.Diffusion.Noise;

/// <summary>
/// Standard normal numbers as a function of (seed, stage, step, element), the same to the last bit on every machine: Box and Muller's
/// method (1958, doi:10.1214/aoms/1177706645) on <see cref="Philox"/> words, its logarithm, sine and cosine made of IEEE additions,
/// multiplications, divisions and square roots only, since library functions differ between platforms.
/// </summary>
public static class GaussianNoise
{
    /// <summary>Fills a sample's noise for one step.</summary>
    /// <param name="target">Elements in memory order.</param>
    /// <param name="seed">The sample's seed.</param>
    /// <param name="stage">Stage of a cascade, 0 for the base model.</param>
    /// <param name="step">Step index t in the respaced schedule, or -1 for x_T.</param>
    public static void Fill(Span<float> target, ulong seed, int stage, int step)
    {
        for (var i = 0; i < target.Length; i += 4)
        {
            var (r0, r1, r2, r3) = Philox.Block(seed, (uint)(i / 4), (uint)(step + 1), (uint)stage, 0);
            var (a, b) = Pair(r0, r1);
            var (c, d) = Pair(r2, r3);
            target[i] = a;
            if (i + 1 < target.Length) target[i + 1] = b;
            if (i + 2 < target.Length) target[i + 2] = c;
            if (i + 3 < target.Length) target[i + 3] = d;
        }
    }

    /// <summary>Two independent normal numbers from two words.</summary>
    /// <param name="radius">Decides the distance from 0, at most 6.8.</param>
    /// <param name="angle">Decides the direction.</param>
    public static (float First, float Second) Pair(uint radius, uint angle)
    {
        var length = Math.Sqrt(-2 * Log((radius + 0.5) * (1.0 / 4294967296.0)));
        var (sine, cosine) = SineCosine(angle);
        return ((float)(length * cosine), (float)(length * sine));
    }

    /// <summary>ln x for a positive normal number, to about 1e-15 relative.</summary>
    /// <param name="x">Above 0.</param>
    public static double Log(double x)
    {
        // x = m 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh((m - 1) / (m + 1)), whose series converges fast there.
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (m > 1.4142135623730951) (m, exponent) = (m / 2, exponent + 1);
        var s = (m - 1) / (m + 1);
        var z = s * s;
        var series = 0.0;
        for (var k = 21; k >= 1; k -= 2) series = series * z + 1.0 / k;
        return exponent * 0.6931471805599453 + 2 * s * series;
    }

    /// <summary>Sine and cosine of 2 pi (word / 2^32), to about 1e-15.</summary>
    /// <param name="word">The turn in units of 2^-32.</param>
    public static (double Sine, double Cosine) SineCosine(uint word)
    {
        // Fold the turn into an eighth, where short Taylor series are exact enough, and unfold by symmetry.
        var quadrant = word >> 30;
        var rest = word & 0x3FFF_FFFF;
        var mirrored = rest > 0x2000_0000;
        var x = (mirrored ? 0x4000_0000 - rest : rest) * (1.0 / 4294967296.0) * 6.283185307179586;
        var z = x * x;
        var sine = x * (1 - z / 6 * (1 - z / 20 * (1 - z / 42 * (1 - z / 72 * (1 - z / 110 * (1 - z / 156 * (1 - z / 210)))))));
        var cosine = 1 - z / 2 * (1 - z / 12 * (1 - z / 30 * (1 - z / 56 * (1 - z / 90 * (1 - z / 132 * (1 - z / 182 * (1 - z / 240)))))));
        if (mirrored) (sine, cosine) = (cosine, sine);
        return quadrant switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }
}
