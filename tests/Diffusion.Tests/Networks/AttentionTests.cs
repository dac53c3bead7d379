using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class AttentionTests
{
    private const int Heads = 2, Channels = 4, Positions = 5;

    [Fact]
    public void ImageLayout_OfEqualKeys_AveragesTheValues()
    {
        using var random = new RandomTensors(1);
        var parts = random.Normal(1, Heads, 3, Channels, Positions);
        parts[.., .., 1] = 1;

        var attended = Attention.ImageLayout(parts.reshape(1, -1, Positions), Heads);

        Near.Equal(parts[.., .., 2].mean([-1], keepdim: true).expand(1, Heads, Channels, Positions).reshape(1, -1, Positions), attended, atol: 1e-6);
    }

    [Fact]
    public void ImageLayout_QueriesThatMatchOneKeyEach_PickTheirValues()
    {
        using var random = new RandomTensors(2);
        var parts = random.Normal(1, Heads, 3, Positions, Positions);
        parts[.., .., 0] = S(1000) * eye(Positions);
        parts[.., .., 1] = eye(Positions);

        Near.Equal(parts[.., .., 2].reshape(1, -1, Positions), Attention.ImageLayout(parts.reshape(1, -1, Positions), Heads), atol: 1e-6);
    }

    [Fact]
    public void ImageLayout_WithText_AttendsToBoth()
    {
        using var random = new RandomTensors(3);
        var (image, text) = (random.Normal(1, Heads, 3, Channels, Positions), random.Normal(1, Heads, 2, Channels, 3));
        image[.., .., 1] = 0;
        text[.., .., 0] = 0;

        var attended = Attention.ImageLayout(image.reshape(1, -1, Positions), Heads, text.reshape(1, -1, 3));

        var values = cat([text[.., .., 1], image[.., .., 2]], dim: -1);                                 // [1, H, C, 3 + T]
        Near.Equal(values.mean([-1], keepdim: true).expand(1, Heads, Channels, Positions).reshape(1, -1, Positions), attended, atol: 1e-6);
    }

    [Fact]
    public void AllLayouts_OfTheSameQueriesKeysAndValues_AgreeWithTheFormula()
    {
        using var random = new RandomTensors(4);
        var qkv = random.Normal(2, Heads, 3, Channels, Positions);
        var (q, k, v) = (qkv[.., .., 0].transpose(2, 3), qkv[.., .., 1].transpose(2, 3), qkv[.., .., 2].transpose(2, 3));
        var expected = q.matmul(k.transpose(2, 3)).div(S(Math.Sqrt(Channels))).softmax(-1).matmul(v);      // [N, H, T, C]

        Near.Equal(expected.transpose(2, 3).reshape(2, -1, Positions), Attention.ImageLayout(qkv.reshape(2, -1, Positions), Heads), atol: 1e-6);
        Near.Equal(
            expected.transpose(2, 3).reshape(2, -1, Positions),
            Attention.SeparateLayout(qkv.transpose(1, 2).reshape(2, -1, Positions), Heads), atol: 1e-6);
        Near.Equal(
            expected.transpose(1, 2).reshape(2, Positions, -1),
            Attention.TextLayout(qkv.permute(0, 4, 1, 2, 3).reshape(2, Positions, -1), Heads), atol: 1e-6);
    }
}
