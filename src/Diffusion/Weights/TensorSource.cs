using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// Where a network takes its tensors from, by key: already cast and on the device. Nothing is initialised at random, and no second copy of the whole
/// network exists while it is built.
/// </summary>
/// <param name="precision">What the network computes in.</param>
/// <param name="device">Where.</param>
/// <exception cref="ArgumentException">The precision is none of the three.</exception>
public abstract class TensorSource(ScalarType precision, Device device)
{
    /// <summary>Float32, BFloat16 or Float16.</summary>
    public ScalarType Precision { get; } = precision is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16
        ? precision
        : throw new ArgumentException($"precision {precision} is not Float32, BFloat16 or Float16", nameof(precision));

    /// <summary>Where the tensors are.</summary>
    public Device Device { get; } = device;

    /// <summary>Hands out a tensor. It belongs to the caller and to no dispose scope.</summary>
    /// <param name="key">Its name, below what <see cref="Under"/> was told.</param>
    /// <param name="precision">Its element type; null is <see cref="Precision"/>.</param>
    /// <param name="shape">The shape that the network needs.</param>
    /// <exception cref="InvalidDataException">There is none, or it has another shape; names where, the key and both shapes.</exception>
    public abstract Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape);

    /// <summary>Whether there is a tensor of this name: for what only some checkpoints have.</summary>
    /// <param name="key">Its name, below what <see cref="Under"/> was told.</param>
    public abstract bool Has(string key);

    /// <summary>The tensors whose names begin with a prefix and a dot, by the rest of their names.</summary>
    /// <param name="prefix">One part of the name or several.</param>
    public TensorSource Under(string prefix) => new Part(this, prefix + ".");

    /// <summary>How shapes are written in messages.</summary>
    internal static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private sealed class Part(TensorSource whole, string prefix) : TensorSource(whole.Precision, whole.Device)
    {
        public override Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape) => whole.Take(prefix + key, precision, shape);

        public override bool Has(string key) => whole.Has(prefix + key);
    }
}
