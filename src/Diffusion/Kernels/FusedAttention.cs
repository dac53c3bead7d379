using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Kernels;

/// <summary>
/// softmax(Q K^T / sqrt(C)) V for processors with AVX-512: six queries at a time, their scores in the cache and never in memory. PyTorch's own
/// kernel multiplies through MKL, which uses half of the vector width of processors that are not Intel's.
/// </summary>
internal static unsafe class FusedAttention
{
    private const int Rows = 6;
    private const int KeyBlock = 64;

    /// <summary>Whether <see cref="Apply"/> computes this here.</summary>
    /// <param name="features">What queries, keys and values are made of.</param>
    /// <param name="channels">Channels of a head.</param>
    public static bool Supports(Tensor features, int channels) => Vector512.IsHardwareAccelerated && channels % 16 == 0 && TensorMemory.IsPlain(features);

    /// <summary>Keys and values of S positions in memory: rows of positions, each head's channels side by side.</summary>
    /// <param name="Tensor">[N, S, row] float32, dense.</param>
    /// <param name="HeadStride">Floats from one head to the next.</param>
    /// <param name="Keys">Where the first head's keys begin in a row.</param>
    /// <param name="Values">Where the first head's values begin in a row.</param>
    /// <param name="ValueTensor">What holds the values, of the same shape; null where the keys' tensor does.</param>
    public readonly record struct KeyValueRows(Tensor Tensor, int HeadStride, int Keys, int Values, Tensor? ValueTensor = null);

    /// <summary>Attends.</summary>
    /// <param name="queries">[N, T, row] float32, dense.</param>
    /// <param name="headStride">Floats from one head's queries to the next.</param>
    /// <param name="heads">H.</param>
    /// <param name="channels">C, a multiple of 16.</param>
    /// <param name="sources">What is attended to, in order.</param>
    /// <returns>[N, T, H * C].</returns>
    public static Tensor Apply(Tensor queries, int headStride, int heads, int channels, params KeyValueRows[] sources)
    {
        var (n, t, row) = ((int)queries.shape[0], (int)queries.shape[1], (int)queries.shape[2]);
        var output = empty(n, t, heads * channels, dtype: float32);
        float* q = TensorMemory.Data(queries), y = TensorMemory.Data(output);
        var parts = Array.ConvertAll(sources, source => new Part(
            (nint)TensorMemory.Data(source.Tensor), (nint)TensorMemory.Data(source.ValueTensor ?? source.Tensor), (int)source.Tensor.shape[1], (int)source.Tensor.shape[2], source.HeadStride, source.Keys, source.Values));
        KernelThreads.ForEach(n * heads, job =>
        {
            var (sample, head) = (job / heads, job % heads);
            Head(
                q + (long)sample * t * row + head * headStride, t, row, channels, parts, sample, head,
                y + (long)sample * t * heads * channels + head * channels, heads * channels);
        });
        GC.KeepAlive(queries);
        GC.KeepAlive(sources);
        return output;
    }

    private readonly record struct Part(nint KeyData, nint ValueData, int Positions, int Row, int HeadStride, int Keys, int Values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Head(float* q, int t, int row, int channels, Part[] parts, int sample, int head, float* y, int stride)
    {
        var keys = parts.Sum(part => part.Positions);
        var padded = (keys + KeyBlock - 1) / KeyBlock * KeyBlock;
        // Keys by channel, values by position, the scores of six queries, and those queries by channel.
        var memory = (float*)NativeMemory.AlignedAlloc(sizeof(float) * (nuint)(2L * padded * channels + Rows * padded + Rows * channels), 64);
        var inverse = stackalloc float[Rows];
        var sums = stackalloc float[Rows * 64];
        try
        {
            float* transposed = memory, values = memory + (long)padded * channels, scores = values + (long)padded * channels, block = scores + Rows * padded;
            Pack(parts, sample, head, channels, padded, keys, transposed, values);
            var scale = 1 / MathF.Sqrt(channels);
            for (var first = 0; first < t; first += Rows)
            {
                var count = Math.Min(Rows, t - first);
                for (var r = 0; r < Rows; r++)
                    for (var c = 0; c < channels; c++) block[c * Rows + r] = r < count ? q[(long)(first + r) * row + c] * scale : 0;
                for (var s = 0; s < padded; s += KeyBlock) Multiply64(block, 1, Rows, transposed + s, padded, scores + s, padded, channels);
                for (var r = 0; r < Rows; r++) inverse[r] = 1 / Exponentiate(scores + r * padded, keys, padded);
                for (var (c, width) = (0, 0); c < channels; c += width)
                {
                    width = channels - c >= 64 ? 64 : channels - c >= 32 ? 32 : 16;
                    if (width == 64) Multiply64(scores, padded, 1, values + c, channels, sums, 64, keys);
                    else if (width == 32) Multiply32(scores, padded, 1, values + c, channels, sums, 64, keys);
                    else Multiply16(scores, padded, 1, values + c, channels, sums, 64, keys);
                    for (var r = 0; r < count; r++)
                        for (var i = 0; i < width; i += 16)
                            (Vector512.Load(sums + r * 64 + i) * inverse[r]).Store(y + (long)(first + r) * stride + c + i);
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(Part[] parts, int sample, int head, int channels, int padded, int keys, float* transposed, float* values)
    {
        var position = 0;
        foreach (var part in parts)
        {
            var start = (long)sample * part.Positions * part.Row + head * part.HeadStride;
            float* keyRows = (float*)part.KeyData + start, valueRows = (float*)part.ValueData + start;
            for (var s = 0; s < part.Positions; s++, position++)
            {
                float* key = keyRows + (long)s * part.Row + part.Keys, value = valueRows + (long)s * part.Row + part.Values;
                for (var c = 0; c < channels; c++) transposed[(long)c * padded + position] = key[c];
                new ReadOnlySpan<float>(value, channels).CopyTo(new Span<float>(values + (long)position * channels, channels));
            }
        }
        for (var c = 0; c < channels; c++) new Span<float>(transposed + (long)c * padded + keys, padded - keys).Clear();
    }

    // e^(score - highest) in place, and the sum. Padding gets e^-87, which is nothing beside the highest key's 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate(float* scores, int keys, int padded)
    {
        for (var s = keys; s < padded; s++) scores[s] = float.NegativeInfinity;
        var highest = Vector512.Load(scores);
        for (var s = 16; s < padded; s += 16) highest = Vector512.Max(highest, Vector512.Load(scores + s));
        var max = highest[0];
        for (var i = 1; i < 16; i++) max = Math.Max(max, highest[i]);
        var (offset, sum) = (Vector512.Create(max), Vector512<float>.Zero);
        for (var s = 0; s < padded; s += 16)
        {
            var e = VectorMath.Exp(Vector512.Load(scores + s) - offset);
            e.Store(scores + s);
            sum += e;
        }
        return Vector512.Sum(sum);
    }

    // Products of six rows by 64, 32 or 16 columns, whose sums stay in registers: of queries and keys, and of weights and values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply64(float* left, int rowStride, int depthStride, float* right, int rightStride, float* target, int targetStride, int depth)
    {
        Vector512<float> a00 = Vector512<float>.Zero, a01 = Vector512<float>.Zero, a02 = Vector512<float>.Zero, a03 = Vector512<float>.Zero;
        Vector512<float> a10 = Vector512<float>.Zero, a11 = Vector512<float>.Zero, a12 = Vector512<float>.Zero, a13 = Vector512<float>.Zero;
        Vector512<float> a20 = Vector512<float>.Zero, a21 = Vector512<float>.Zero, a22 = Vector512<float>.Zero, a23 = Vector512<float>.Zero;
        Vector512<float> a30 = Vector512<float>.Zero, a31 = Vector512<float>.Zero, a32 = Vector512<float>.Zero, a33 = Vector512<float>.Zero;
        Vector512<float> a40 = Vector512<float>.Zero, a41 = Vector512<float>.Zero, a42 = Vector512<float>.Zero, a43 = Vector512<float>.Zero;
        Vector512<float> a50 = Vector512<float>.Zero, a51 = Vector512<float>.Zero, a52 = Vector512<float>.Zero, a53 = Vector512<float>.Zero;
        float* left0 = left, left1 = left + rowStride, left2 = left + 2 * rowStride;
        float* left3 = left + 3 * rowStride, left4 = left + 4 * rowStride, left5 = left + 5 * rowStride;
        for (var (d, at) = (0, 0); d < depth; d++, at += depthStride, right += rightStride)
        {
            var (b0, b1, b2, b3) = (Vector512.Load(right), Vector512.Load(right + 16), Vector512.Load(right + 32), Vector512.Load(right + 48));
            var r0 = Vector512.Create(left0[at]);
            a00 = Vector512.FusedMultiplyAdd(r0, b0, a00);
            a01 = Vector512.FusedMultiplyAdd(r0, b1, a01);
            a02 = Vector512.FusedMultiplyAdd(r0, b2, a02);
            a03 = Vector512.FusedMultiplyAdd(r0, b3, a03);
            var r1 = Vector512.Create(left1[at]);
            a10 = Vector512.FusedMultiplyAdd(r1, b0, a10);
            a11 = Vector512.FusedMultiplyAdd(r1, b1, a11);
            a12 = Vector512.FusedMultiplyAdd(r1, b2, a12);
            a13 = Vector512.FusedMultiplyAdd(r1, b3, a13);
            var r2 = Vector512.Create(left2[at]);
            a20 = Vector512.FusedMultiplyAdd(r2, b0, a20);
            a21 = Vector512.FusedMultiplyAdd(r2, b1, a21);
            a22 = Vector512.FusedMultiplyAdd(r2, b2, a22);
            a23 = Vector512.FusedMultiplyAdd(r2, b3, a23);
            var r3 = Vector512.Create(left3[at]);
            a30 = Vector512.FusedMultiplyAdd(r3, b0, a30);
            a31 = Vector512.FusedMultiplyAdd(r3, b1, a31);
            a32 = Vector512.FusedMultiplyAdd(r3, b2, a32);
            a33 = Vector512.FusedMultiplyAdd(r3, b3, a33);
            var r4 = Vector512.Create(left4[at]);
            a40 = Vector512.FusedMultiplyAdd(r4, b0, a40);
            a41 = Vector512.FusedMultiplyAdd(r4, b1, a41);
            a42 = Vector512.FusedMultiplyAdd(r4, b2, a42);
            a43 = Vector512.FusedMultiplyAdd(r4, b3, a43);
            var r5 = Vector512.Create(left5[at]);
            a50 = Vector512.FusedMultiplyAdd(r5, b0, a50);
            a51 = Vector512.FusedMultiplyAdd(r5, b1, a51);
            a52 = Vector512.FusedMultiplyAdd(r5, b2, a52);
            a53 = Vector512.FusedMultiplyAdd(r5, b3, a53);
        }
        a00.Store(target); a01.Store(target + 16); a02.Store(target + 32); a03.Store(target + 48);
        a10.Store(target + targetStride); a11.Store(target + targetStride + 16); a12.Store(target + targetStride + 32); a13.Store(target + targetStride + 48);
        a20.Store(target + 2 * targetStride); a21.Store(target + 2 * targetStride + 16); a22.Store(target + 2 * targetStride + 32); a23.Store(target + 2 * targetStride + 48);
        a30.Store(target + 3 * targetStride); a31.Store(target + 3 * targetStride + 16); a32.Store(target + 3 * targetStride + 32); a33.Store(target + 3 * targetStride + 48);
        a40.Store(target + 4 * targetStride); a41.Store(target + 4 * targetStride + 16); a42.Store(target + 4 * targetStride + 32); a43.Store(target + 4 * targetStride + 48);
        a50.Store(target + 5 * targetStride); a51.Store(target + 5 * targetStride + 16); a52.Store(target + 5 * targetStride + 32); a53.Store(target + 5 * targetStride + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply32(float* left, int rowStride, int depthStride, float* right, int rightStride, float* target, int targetStride, int depth)
    {
        Vector512<float> a00 = Vector512<float>.Zero, a01 = Vector512<float>.Zero;
        Vector512<float> a10 = Vector512<float>.Zero, a11 = Vector512<float>.Zero;
        Vector512<float> a20 = Vector512<float>.Zero, a21 = Vector512<float>.Zero;
        Vector512<float> a30 = Vector512<float>.Zero, a31 = Vector512<float>.Zero;
        Vector512<float> a40 = Vector512<float>.Zero, a41 = Vector512<float>.Zero;
        Vector512<float> a50 = Vector512<float>.Zero, a51 = Vector512<float>.Zero;
        float* left0 = left, left1 = left + rowStride, left2 = left + 2 * rowStride;
        float* left3 = left + 3 * rowStride, left4 = left + 4 * rowStride, left5 = left + 5 * rowStride;
        for (var (d, at) = (0, 0); d < depth; d++, at += depthStride, right += rightStride)
        {
            var (b0, b1) = (Vector512.Load(right), Vector512.Load(right + 16));
            var r0 = Vector512.Create(left0[at]);
            a00 = Vector512.FusedMultiplyAdd(r0, b0, a00);
            a01 = Vector512.FusedMultiplyAdd(r0, b1, a01);
            var r1 = Vector512.Create(left1[at]);
            a10 = Vector512.FusedMultiplyAdd(r1, b0, a10);
            a11 = Vector512.FusedMultiplyAdd(r1, b1, a11);
            var r2 = Vector512.Create(left2[at]);
            a20 = Vector512.FusedMultiplyAdd(r2, b0, a20);
            a21 = Vector512.FusedMultiplyAdd(r2, b1, a21);
            var r3 = Vector512.Create(left3[at]);
            a30 = Vector512.FusedMultiplyAdd(r3, b0, a30);
            a31 = Vector512.FusedMultiplyAdd(r3, b1, a31);
            var r4 = Vector512.Create(left4[at]);
            a40 = Vector512.FusedMultiplyAdd(r4, b0, a40);
            a41 = Vector512.FusedMultiplyAdd(r4, b1, a41);
            var r5 = Vector512.Create(left5[at]);
            a50 = Vector512.FusedMultiplyAdd(r5, b0, a50);
            a51 = Vector512.FusedMultiplyAdd(r5, b1, a51);
        }
        a00.Store(target); a01.Store(target + 16);
        a10.Store(target + targetStride); a11.Store(target + targetStride + 16);
        a20.Store(target + 2 * targetStride); a21.Store(target + 2 * targetStride + 16);
        a30.Store(target + 3 * targetStride); a31.Store(target + 3 * targetStride + 16);
        a40.Store(target + 4 * targetStride); a41.Store(target + 4 * targetStride + 16);
        a50.Store(target + 5 * targetStride); a51.Store(target + 5 * targetStride + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply16(float* left, int rowStride, int depthStride, float* right, int rightStride, float* target, int targetStride, int depth)
    {
        Vector512<float> a00 = Vector512<float>.Zero;
        Vector512<float> a10 = Vector512<float>.Zero;
        Vector512<float> a20 = Vector512<float>.Zero;
        Vector512<float> a30 = Vector512<float>.Zero;
        Vector512<float> a40 = Vector512<float>.Zero;
        Vector512<float> a50 = Vector512<float>.Zero;
        float* left0 = left, left1 = left + rowStride, left2 = left + 2 * rowStride;
        float* left3 = left + 3 * rowStride, left4 = left + 4 * rowStride, left5 = left + 5 * rowStride;
        for (var (d, at) = (0, 0); d < depth; d++, at += depthStride, right += rightStride)
        {
            var b0 = Vector512.Load(right);
            var r0 = Vector512.Create(left0[at]);
            a00 = Vector512.FusedMultiplyAdd(r0, b0, a00);
            var r1 = Vector512.Create(left1[at]);
            a10 = Vector512.FusedMultiplyAdd(r1, b0, a10);
            var r2 = Vector512.Create(left2[at]);
            a20 = Vector512.FusedMultiplyAdd(r2, b0, a20);
            var r3 = Vector512.Create(left3[at]);
            a30 = Vector512.FusedMultiplyAdd(r3, b0, a30);
            var r4 = Vector512.Create(left4[at]);
            a40 = Vector512.FusedMultiplyAdd(r4, b0, a40);
            var r5 = Vector512.Create(left5[at]);
            a50 = Vector512.FusedMultiplyAdd(r5, b0, a50);
        }
        a00.Store(target);
        a10.Store(target + targetStride);
        a20.Store(target + 2 * targetStride);
        a30.Store(target + 3 * targetStride);
        a40.Store(target + 4 * targetStride);
        a50.Store(target + 5 * targetStride);
    }
}
