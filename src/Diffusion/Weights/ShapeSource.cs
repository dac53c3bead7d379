using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>Hands out tensors without numbers (META), and remembers what was asked for: the keys and shapes that a network needs.</summary>
/// <param name="precision">What the network would compute in.</param>
/// <param name="has">Which of the tensors that only some checkpoints have are there; null is all.</param>
public sealed class ShapeSource(ScalarType precision = ScalarType.Float32, Func<string, bool>? has = null) : TensorSource(precision, META)
{
    private readonly Dictionary<string, TensorEntry> _taken = [];

    /// <summary>What was asked for, by key.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Taken => _taken;

    /// <summary>How many numbers that is.</summary>
    public long Parameters => _taken.Values.Sum(entry => entry.Elements);

    /// <summary>How many bytes they take on the device.</summary>
    public long Bytes => _taken.Values.Sum(entry => entry.Elements * (entry.DType == ScalarType.Float32 ? 4 : 2));

    /// <inheritdoc/>
    public override Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(key);
        var entry = new TensorEntry(precision ?? Precision, shape.ToArray());
        if (!_taken.TryAdd(key, entry)) throw new InvalidDataException($"tensor '{key}' is taken twice");
        return empty(entry.Shape, dtype: entry.DType, device: META).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override bool Has(string key) => has?.Invoke(key) ?? true;
}
