using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>Moves the elements of tensors from and to streams without a managed copy.</summary>
internal static class TensorBytes
{
    // A tensor may be larger than a span or an array can be.
    private const int MaxPart = 1 << 26;

    /// <summary>Reads a new CPU tensor, see <see cref="Fill"/>.</summary>
    /// <exception cref="EndOfStreamException">The stream has too few bytes.</exception>
    public static Tensor Read(long[] shape, ScalarType dtype, Stream stream)
    {
        var tensor = empty(shape, dtype: dtype);
        try
        {
            Fill(tensor, stream);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads a contiguous CPU tensor's elements, little-endian and in row-major order.</summary>
    /// <exception cref="EndOfStreamException">The stream has too few bytes.</exception>
    public static unsafe void Fill(Tensor tensor, Stream stream)
    {
        var left = tensor.numel() * tensor.ElementSize;
        if (left == 0) return;
        var bytes = (byte*)NativePointer(tensor);
        while (left > 0)
        {
            var part = (int)Math.Min(left, MaxPart);
            stream.ReadExactly(new Span<byte>(bytes, part));
            bytes += part;
            left -= part;
        }
    }

    /// <summary>Writes a contiguous CPU tensor's elements, little-endian and in row-major order.</summary>
    public static unsafe void Write(Tensor tensor, Stream stream)
    {
        var left = tensor.numel() * tensor.ElementSize;
        if (left == 0) return;
        var bytes = (byte*)NativePointer(tensor);
        while (left > 0)
        {
            var part = (int)Math.Min(left, MaxPart);
            stream.Write(new ReadOnlySpan<byte>(bytes, part));
            bytes += part;
            left -= part;
        }
    }

    private static unsafe IntPtr NativePointer(Tensor tensor)
    {
        // Of one element, as a span of all could be too long.
        using var flat = tensor.view(-1);
        using var one = flat.narrow(0, 0, 1);
        ref var first = ref MemoryMarshal.GetReference(one.bytes);
        fixed (byte* pointer = &first) return (IntPtr)pointer;
    }
}
