using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class TimestepEmbeddingTests
{
    [Fact]
    public void Embed_TimestepZero_IsOnesAndZeros() => Assert.Equal(
        [1f, 1, 1, 0, 0, 0], TimestepEmbedding.Embed(zeros(1, dtype: int64), 6).data<float>().ToArray());

    [Fact]
    public void Embed_LaterTimestep_TurnsEveryPairByTheSameAngleFromAnywhere()
    {
        // cos and sin of t f: by the addition theorem, embedding t + d is embedding t turned by what d embeds.
        var (t, d, sum) = (Embed(300), Embed(45.5f), Embed(345.5f));

        Near.Equal(t.Cosine * d.Cosine - t.Sine * d.Sine, sum.Cosine, atol: 1e-4);
        Near.Equal((t.Sine * d.Cosine).Plus(t.Cosine * d.Sine), sum.Sine, atol: 1e-4);
    }

    [Fact]
    public void Embed_LastFrequency_ApproachesTheLongestPeriod()
    {
        var (cosine, sine) = Embed(1);

        // f_i = maxPeriod^(-i / h); the first turns by one radian a step.
        Assert.Equal(Math.Sin(1), sine[0].item<float>(), 1e-6);
        Assert.Equal(Math.Pow(10000, -15.0 / 16), sine[15].item<float>(), 1e-8);
        Assert.Equal(1, cosine[15].item<float>(), 1e-6);
    }

    [Fact]
    public void Embed_OddWidth_EndsInZero()
    {
        var embedding = TimestepEmbedding.Embed(tensor(new long[] { 999, 3 }), 7);

        Assert.Equal([2, 7], embedding.shape);
        Assert.Equal([0f, 0], embedding[.., 6].data<float>().ToArray());
        Near.Equal(TimestepEmbedding.Embed(tensor(new long[] { 999, 3 }), 6), embedding[.., ..6]);
    }

    private static (Tensor Cosine, Tensor Sine) Embed(float timestep)
    {
        var halves = TimestepEmbedding.Embed(tensor(new[] { timestep }), 32)[0].chunk(2);
        return (halves[0], halves[1]);
    }
}
