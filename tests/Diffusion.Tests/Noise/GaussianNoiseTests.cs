using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Atelier.Diffusion.Noise;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Noise;

public sealed class GaussianNoiseTests
{
    [Fact]
    public void Fill_AThousandValues_HaveTheSameBitsOnEveryMachine()
    {
        var values = new float[1000];
        GaussianNoise.Fill(values, seed: 0x0123456789abcdef, stage: 2, step: 41);

        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        Assert.True(BitConverter.IsLittleEndian);
        Assert.Equal("80de8bd93f42eda9e9a9e9e351c82e3cd06266502f8102b14a5a7d2a843047fb", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void Fill_AnyElement_IsBoxAndMullersFormulaOfItsWords()
    {
        var values = new float[8];
        GaussianNoise.Fill(values, seed: 7, stage: 1, step: -1);

        var (r0, r1, r2, r3) = Philox.Block(7, 1, 0, 1, 0);
        Assert.Equal(Expected(r0, r1), (values[4], values[5]), Close);
        Assert.Equal(Expected(r2, r3), (values[6], values[7]), Close);

        static (float, float) Expected(uint radius, uint angle)
        {
            var length = Math.Sqrt(-2 * Math.Log((radius + 0.5) / 4294967296));
            return ((float)(length * Math.Cos(2 * Math.PI * angle / 4294967296)), (float)(length * Math.Sin(2 * Math.PI * angle / 4294967296)));
        }

        static bool Close((float A, float B) x, (float A, float B) y) => Math.Abs(x.A - y.A) < 1e-6 && Math.Abs(x.B - y.B) < 1e-6;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(103)]
    public void Fill_ASmallerTarget_IsAPrefixOfALargerOne(int length)
    {
        var (part, whole) = (new float[length], new float[200]);
        GaussianNoise.Fill(part, 5, 0, 3);
        GaussianNoise.Fill(whole, 5, 0, 3);

        Assert.Equal(whole[..length], part);
    }

    [Fact]
    public void Fill_AnotherSeedStageOrStep_IsOtherNoise()
    {
        var streams = new List<float[]>();
        foreach (var (seed, stage, step) in new (ulong, int, int)[] { (5, 0, 0), (6, 0, 0), (5UL << 32, 0, 0), (5, 1, 0), (5, 0, 1), (5, 0, -1) })
        {
            var values = new float[2000];
            GaussianNoise.Fill(values, seed, stage, step);
            // Five standard errors of a correlation of independent streams.
            foreach (var other in streams) Assert.InRange(values.Zip(other).Average(pair => pair.First * pair.Second), -0.11f, 0.11f);
            streams.Add(values);
        }
    }

    [Fact]
    public void Fill_ManyValues_AreStandardNormal()
    {
        const int n = 100_000;
        var values = new float[n];
        GaussianNoise.Fill(values, 11, 0, 0);

        // Moments within five standard errors.
        Assert.Equal(0, Moment(1), 5 * Math.Sqrt(1.0 / n));
        Assert.Equal(1, Moment(2), 5 * Math.Sqrt(2.0 / n));
        Assert.Equal(0, Moment(3), 5 * Math.Sqrt(15.0 / n));
        Assert.Equal(3, Moment(4), 5 * Math.Sqrt(96.0 / n));

        // Kolmogorov and Smirnov: the greatest distance between the two distribution functions, at the level of one in a thousand.
        using var scope = NewDisposeScope();
        var sorted = tensor(values).sort().Values.to_type(ScalarType.Float64);
        var expected = S(0.5) * (sorted / S(Math.Sqrt(2))).erf().Plus(S(1));
        var distance = (expected - arange(S(1), S(n + 1), S(1), dtype: float64) / S(n)).abs().max().item<double>();
        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(n));

        double Moment(int power) => values.Average(value => Math.Pow(value, power));
    }

    [Fact]
    public void Log_OverItsRange_IsTheLogarithm()
    {
        var random = new Random(1);
        IEnumerable<double> points =
        [
            0.5 / 4294967296, 1.5 / 4294967296, 0.25, 0.5, Math.Sqrt(0.5), Math.BitDecrement(Math.Sqrt(0.5)), 1, Math.BitIncrement(1), 2, 1e300, 1 - 0.5 / 4294967296,
            .. Enumerable.Range(0, 100_000).Select(_ => (random.NextInt64(1L << 32) + 0.5) / 4294967296),
        ];

        Assert.All(points, x => Assert.Equal(Math.Log(x), GaussianNoise.Log(x), 2e-15 * Math.Max(Math.Abs(Math.Log(x)), 1e-300)));
    }

    [Fact]
    public void SineCosine_AllAroundTheCircle_AreSineAndCosine()
    {
        var random = new Random(2);
        IEnumerable<uint> words =
        [
            0, 1, 0x1fff_ffff, 0x2000_0000, 0x2000_0001, 0x3fff_ffff, 0x4000_0000, 0x4000_0001, 0x7fff_ffff, 0x8000_0000, 0xc000_0000, 0xdfff_ffff, uint.MaxValue,
            .. Enumerable.Range(0, 100_000).Select(_ => (uint)random.NextInt64(1L << 32)),
        ];

        Assert.All(words, word =>
        {
            var (sine, cosine) = GaussianNoise.SineCosine(word);
            var turn = word / 4294967296.0;
            Assert.Equal(Math.Sin(2 * Math.PI * turn), sine, 2e-15);
            Assert.Equal(Math.Cos(2 * Math.PI * turn), cosine, 2e-15);
        });
    }

    [Fact]
    public void Pair_ExtremeWords_StayFiniteAndWithinTheirBound()
    {
        Assert.Equal(6.76f, GaussianNoise.Pair(0, 0).First, 0.01f);
        Assert.Equal((0, 0), ((int)GaussianNoise.Pair(uint.MaxValue, 0).First, (int)GaussianNoise.Pair(uint.MaxValue, 0).Second));
        Assert.True(float.IsFinite(GaussianNoise.Pair(uint.MaxValue, uint.MaxValue).First));
    }
}
