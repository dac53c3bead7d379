using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>Tensors that are in memory already: each is copied when it is taken, and the dictionary stays its owner's.</summary>
/// <param name="tensors">By key.</param>
/// <param name="precision">What the network computes in.</param>
/// <param name="device">Where; null is the CPU.</param>
public sealed class MemorySource(IReadOnlyDictionary<string, Tensor> tensors, ScalarType precision = ScalarType.Float32, Device? device = null)
    : TensorSource(precision, device ?? CPU)
{
    private readonly HashSet<string> _taken = [];

    /// <summary>The keys that nobody has taken.</summary>
    public IEnumerable<string> Left => tensors.Keys.Where(key => !_taken.Contains(key));

    /// <inheritdoc/>
    public override Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape)
    {
        if (!tensors.TryGetValue(key, out var tensor)) throw new InvalidDataException($"tensor '{key}' is missing");
        if (!tensor.shape.AsSpan().SequenceEqual(shape)) throw new InvalidDataException($"tensor '{key}' is {Text(tensor.shape)} instead of {Text(shape)}");
        _taken.Add(key);
        using var scope = NewDisposeScope();
        return tensor.detach().clone().to(precision ?? Precision, Device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override bool Has(string key) => tensors.ContainsKey(key);
}
