using System.Runtime.Intrinsics;
using Atelier.Diffusion.Kernels;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Kernels;

public sealed class FusedAttentionTests
{
    public static bool HasNoVector512 => !Vector512.IsHardwareAccelerated;

    [Theory(Skip = "the kernel is for processors with AVX-512", SkipWhen = nameof(HasNoVector512))]
    [InlineData(1, 16, 1, 0)]
    [InlineData(2, 32, 64, 12)]
    [InlineData(3, 48, 65, 0)]
    [InlineData(2, 64, 100, 77)]
    [InlineData(1, 112, 7, 5)]
    public void Apply_AnyShape_IsTheFormulaInFloat64(int heads, int channels, int positions, int textLength)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var random = new RandomTensors(1);
        var rows = random.Normal(2, positions, heads * 3 * channels);
        var image = new FusedAttention.KeyValueRows(rows, 3 * channels, channels, 2 * channels);
        var text = textLength > 0 ? random.Normal(2, textLength, heads * 2 * channels) : null;

        var attended = text is null
            ? FusedAttention.Apply(rows, 3 * channels, heads, channels, image)
            : FusedAttention.Apply(rows, 3 * channels, heads, channels, new FusedAttention.KeyValueRows(text, 2 * channels, 0, channels), image);

        var parts = rows.to_type(float64).view(2, positions, heads, 3, channels).permute(3, 0, 2, 1, 4).unbind(0);          // [N, H, T, C] each
        var (q, k, v) = (parts[0], parts[1], parts[2]);
        if (text is not null)
        {
            var textParts = text.to_type(float64).view(2, textLength, heads, 2, channels).permute(3, 0, 2, 1, 4).unbind(0);
            (k, v) = (cat([textParts[0], k], dim: 2), cat([textParts[1], v], dim: 2));
        }
        var expected = q.matmul(k.transpose(2, 3)).div(S(Math.Sqrt(channels))).softmax(-1).matmul(v).transpose(1, 2).reshape(2, positions, -1);
        Near.Equal(expected.to_type(float32), attended, atol: 2e-6);
    }

    [Fact(Skip = "the kernel is for processors with AVX-512", SkipWhen = nameof(HasNoVector512))]
    public void Apply_KeysAndValuesInTwoTensors_IsTheSameAsInOne()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var random = new RandomTensors(3);
        var (queries, keys, values) = (random.Normal(2, 9, 32), random.Normal(2, 70, 32), random.Normal(2, 70, 32));
        var both = cat([keys, values], dim: -1);

        var apart = FusedAttention.Apply(queries, 16, 2, 16, new FusedAttention.KeyValueRows(keys, 16, 0, 0, values));

        Near.Equal(FusedAttention.Apply(queries, 16, 2, 16, new FusedAttention.KeyValueRows(both, 16, 0, 32)), apart);
    }

    [Fact(Skip = "the kernel is for processors with AVX-512", SkipWhen = nameof(HasNoVector512))]
    public void Apply_ScoresFarBeyondWhatAnExponentHolds_PicksTheHighest()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var random = new RandomTensors(2);
        var rows = random.Normal(1, 3, 48);
        rows.narrow(2, 0, 32).zero_();
        rows[0, 0, 0] = 1000;
        rows[0, 2, 16] = 1000;

        var attended = FusedAttention.Apply(rows, 48, 1, 16, new FusedAttention.KeyValueRows(rows, 48, 16, 32));

        // The first query meets the third key; the others meet all alike.
        Near.Equal(rows[0, 2].narrow(0, 32, 16), attended[0, 0], atol: 1e-6);
        Near.Equal(rows[0].narrow(1, 32, 16).mean([0]), attended[0, 1], atol: 1e-6);
    }
}
