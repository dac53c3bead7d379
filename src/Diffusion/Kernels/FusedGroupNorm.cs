using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Kernels;

/// <summary>
/// Group normalisation (Wu and He 2018, arXiv:1803.08494), then scale and shift, then SiLU, in two passes over an image instead of seven: one for the
/// statistics and one that reads and writes. Channels are last in memory, so that vectors run over them.
/// </summary>
internal static class FusedGroupNorm
{
    /// <summary>How many groups there are.</summary>
    public const int Groups = 32;

    private const double Epsilon = 1e-5;

    // Positions whose sums are taken in float32 before they go into float64.
    private const int Tile = 128;

    /// <summary>Whether <see cref="Apply"/> computes this here.</summary>
    /// <param name="x">Features, [N, C, H, W].</param>
    public static bool Supports(Tensor x) =>
        Vector256.IsHardwareAccelerated && x.shape[1] % Groups == 0 && TensorMemory.IsPlain(x) && TensorMemory.IsChannelsLast(x);

    /// <summary>y = f(norm(x) * weight + bias), with f(h) = silu(h * (1 + scale) + shift), or without either.</summary>
    /// <param name="x">[N, C, H, W] float32, channels last, C a multiple of 32.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="scaleShift">Scales and then shifts of each sample, [N, 2C]; null for none.</param>
    /// <param name="silu">Whether x * sigmoid(x) follows.</param>
    /// <param name="epsilon">What is added to variances.</param>
    /// <returns>As x.</returns>
    public static unsafe Tensor Apply(Tensor x, Tensor weight, Tensor bias, Tensor? scaleShift, bool silu, double epsilon = Epsilon)
    {
        var (n, channels, positions) = ((int)x.shape[0], (int)x.shape[1], (int)(x.shape[2] * x.shape[3]));
        var y = empty_like(x);
        using var perSample = scaleShift?.contiguous();
        float* source = TensorMemory.Data(x), target = TensorMemory.Data(y), gamma = TensorMemory.Data(weight), beta = TensorMemory.Data(bias);
        var conditions = perSample is null ? null : TensorMemory.Data(perSample);
        KernelThreads.ForEach(n, sample =>
        {
            var offset = (long)sample * positions * channels;
            float* factors = stackalloc float[2 * channels];
            Factors(source + offset, positions, channels, gamma, beta, conditions is null ? null : conditions + 2L * sample * channels, epsilon, factors);
            if (Vector512.IsHardwareAccelerated) Transform512(source + offset, target + offset, positions, channels, factors, silu);
            else Transform256(source + offset, target + offset, positions, channels, factors, silu);
        });
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return y;
    }

    // For each channel a and then b of y = a x + b.
    private static unsafe void Factors(float* x, int positions, int channels, float* gamma, float* beta, float* condition, double epsilon, float* factors)
    {
        var sums = stackalloc double[2 * channels];     // of x - x_0 and of its square, x_0 being the first position's value: no cancellation
        new Span<double>(sums, 2 * channels).Clear();
        if (Vector512.IsHardwareAccelerated) Sums512(x, positions, channels, sums);
        else Sums256(x, positions, channels, sums);

        var width = channels / Groups;
        for (var group = 0; group < Groups; group++)
        {
            var (first, mean, variance) = (group * width, 0.0, 0.0);
            for (var c = first; c < first + width; c++) mean += x[c] + sums[c] / positions;
            mean /= width;
            for (var c = first; c < first + width; c++)
            {
                var difference = x[c] - mean;
                variance += sums[channels + c] / positions + difference * (2 * sums[c] / positions + difference);
            }
            var inverse = 1 / Math.Sqrt(variance / width + epsilon);
            for (var c = first; c < first + width; c++)
            {
                var (a, b) = (gamma[c] * inverse, beta[c] - mean * gamma[c] * inverse);
                if (condition is not null) (a, b) = (a * (1 + condition[c]), b * (1 + condition[c]) + condition[channels + c]);
                (factors[c], factors[channels + c]) = ((float)a, (float)b);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Sums512(float* x, int positions, int channels, double* sums)
    {
        for (var start = 0; start < positions; start += Tile)
        {
            var end = Math.Min(start + Tile, positions);
            for (var c = 0; c < channels; c += 32)
            {
                var (origin0, origin1) = (Vector512.Load(x + c), Vector512.Load(x + c + 16));
                var (sum0, sum1, square0, square1) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                for (var row = x + (long)start * channels + c; row < x + (long)end * channels; row += channels)
                {
                    var (d0, d1) = (Vector512.Load(row) - origin0, Vector512.Load(row + 16) - origin1);
                    (sum0, sum1) = (sum0 + d0, sum1 + d1);
                    (square0, square1) = (Vector512.FusedMultiplyAdd(d0, d0, square0), Vector512.FusedMultiplyAdd(d1, d1, square1));
                }
                for (var i = 0; i < 16; i++)
                {
                    (sums[c + i], sums[c + 16 + i]) = (sums[c + i] + sum0[i], sums[c + 16 + i] + sum1[i]);
                    (sums[channels + c + i], sums[channels + c + 16 + i]) = (sums[channels + c + i] + square0[i], sums[channels + c + 16 + i] + square1[i]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Sums256(float* x, int positions, int channels, double* sums)
    {
        for (var start = 0; start < positions; start += Tile)
        {
            var end = Math.Min(start + Tile, positions);
            for (var c = 0; c < channels; c += 16)
            {
                var (origin0, origin1) = (Vector256.Load(x + c), Vector256.Load(x + c + 8));
                var (sum0, sum1, square0, square1) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
                for (var row = x + (long)start * channels + c; row < x + (long)end * channels; row += channels)
                {
                    var (d0, d1) = (Vector256.Load(row) - origin0, Vector256.Load(row + 8) - origin1);
                    (sum0, sum1) = (sum0 + d0, sum1 + d1);
                    (square0, square1) = (Vector256.FusedMultiplyAdd(d0, d0, square0), Vector256.FusedMultiplyAdd(d1, d1, square1));
                }
                for (var i = 0; i < 8; i++)
                {
                    (sums[c + i], sums[c + 8 + i]) = (sums[c + i] + sum0[i], sums[c + 8 + i] + sum1[i]);
                    (sums[channels + c + i], sums[channels + c + 8 + i]) = (sums[channels + c + i] + square0[i], sums[channels + c + 8 + i] + square1[i]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Transform512(float* x, float* y, int positions, int channels, float* factors, bool silu)
    {
        for (var end = x + (long)positions * channels; x < end; x += channels, y += channels)
        {
            for (var c = 0; c < channels; c += 16)
            {
                var h = Vector512.FusedMultiplyAdd(Vector512.Load(x + c), Vector512.Load(factors + c), Vector512.Load(factors + channels + c));
                if (silu) h /= Vector512<float>.One + VectorMath.Exp(-h);
                h.Store(y + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Transform256(float* x, float* y, int positions, int channels, float* factors, bool silu)
    {
        for (var end = x + (long)positions * channels; x < end; x += channels, y += channels)
        {
            for (var c = 0; c < channels; c += 8)
            {
                var h = Vector256.FusedMultiplyAdd(Vector256.Load(x + c), Vector256.Load(factors + c), Vector256.Load(factors + channels + c));
                if (silu) h /= Vector256<float>.One + VectorMath.Exp(-h);
                h.Store(y + c);
            }
        }
    }
}
