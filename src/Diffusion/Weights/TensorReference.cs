using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>A tensor of a checkpoint: element (i, j, ...) is the storage's element Offset + i Strides[0] + j Strides[1] + ...</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Offset">Index of its first element.</param>
/// <param name="Shape">Lengths of its dimensions.</param>
/// <param name="Strides">Steps in elements, one for each dimension.</param>
internal sealed record TensorReference(StorageReference Storage, long Offset, long[] Shape, long[] Strides)
{
    private const int MaxDimensions = 16;
    private const ulong MaxElements = 1UL << 60;

    /// <summary>Number of elements.</summary>
    public long Elements { get; } = Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>Index behind its last element in the storage; its offset if it is empty.</summary>
    public long End { get; } = Shape.Contains(0) ? Offset : Offset + 1 + Shape.Zip(Strides).Sum(dimension => (dimension.First - 1) * dimension.Second);

    /// <summary>A tensor after checking that all its elements are in the storage.</summary>
    /// <returns>The tensor, or null and the reason.</returns>
    public static TensorReference? TryCreate(StorageReference storage, long offset, long[] shape, long[] strides, out string? problem)
    {
        problem = Problem(storage, offset, shape, strides);
        return problem is null ? new TensorReference(storage, offset, shape, strides) : null;
    }

    private static string? Problem(StorageReference storage, long offset, long[] shape, long[] strides)
    {
        if (shape.Length > MaxDimensions || strides.Length != shape.Length)
            return $"a tensor has {shape.Length} lengths and {strides.Length} strides; at most {MaxDimensions} of each are allowed, and as many";
        if (shape.Any(length => length < 0))
            return $"a tensor has shape [{string.Join(", ", shape)}]";
        // Lengths beside a 0 count too: they still have to make strides.
        var extent = shape.Aggregate((UInt128)1, (product, length) => product > MaxElements ? product : product * (ulong)Math.Max(1, length));
        if (extent > MaxElements) return $"a tensor has shape [{string.Join(", ", shape)}]";
        if (strides.Any(stride => stride < 0))
            return $"a tensor of shape [{string.Join(", ", shape)}] has strides [{string.Join(", ", strides)}]";
        if (offset < 0 || offset > storage.Length)
            return $"a tensor starts at element {offset} of storage '{PrintableText.Of(storage.Key)}', which has {storage.Length}";
        if (shape.Contains(0)) return null;

        var last = (UInt128)(ulong)offset;
        foreach (var (length, stride) in shape.Zip(strides)) last += (UInt128)(ulong)(length - 1) * (ulong)stride;
        return last < (ulong)storage.Length ? null : $"a tensor ends at element {last} of storage '{PrintableText.Of(storage.Key)}', which has {storage.Length}";
    }
}
