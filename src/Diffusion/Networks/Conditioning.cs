using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// What a network is told of N samples beside x_t and the time: made once and used at every step. Each network says which parts it takes and how they lie. For
/// one thread at a time.
/// </summary>
/// <param name="Vector">One vector a sample, [N, ...]: a projection of the text, or classes as [N] int64.</param>
/// <param name="Sequence">What the image attends to, [N, ...].</param>
public sealed record Conditioning(Tensor? Vector = null, Tensor? Sequence = null) : IDisposable
{
    // Keys and values that an attention block makes of the sequence are the same at every step.
    private readonly ConditionalWeakTable<object, Tensor> _made = [];

    /// <summary>What the text shows beside the image, [N, 3, S, S]; for networks that have such a sketch.</summary>
    public Tensor? Sketch { get; init; }

    /// <summary>Which positions of the sequence are real, [N, L]; for networks that must know.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>Sizes of the image that is wanted, [N, ...] float32; for networks that were trained on images of many sizes.</summary>
    public Tensor? Sizes { get; init; }

    /// <summary>Guidance scale of each sample, [N] float32; for networks that are told it instead of being guided.</summary>
    public Tensor? Guidance { get; init; }

    /// <summary>N.</summary>
    public long Count => (Vector ?? Sequence ?? throw new InvalidOperationException("nothing is told")).shape[0];

    /// <summary>Some of the samples, as views that this one need not outlive.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public Conditioning Part(long first, long count) => Map(tensor => tensor.narrow(0, first, count).DetachFromDisposeScope());

    /// <summary>The samples of several, in order; all have the same parts.</summary>
    /// <param name="parts">At least one.</param>
    public static Conditioning Joined(IReadOnlyList<Conditioning> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new Conditioning(Join(part => part.Vector), Join(part => part.Sequence)) { Sketch = Join(part => part.Sketch), Mask = Join(part => part.Mask), Sizes = Join(part => part.Sizes), Guidance = Join(part => part.Guidance) };

        Tensor? Join(Func<Conditioning, Tensor?> tensor) => tensor(parts[0]) is null ? null : cat([.. parts.Select(part => tensor(part)!)]);
    }

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in new[] { Vector, Sequence, Sketch, Mask, Sizes, Guidance }) tensor?.Dispose();
        foreach (var (_, tensor) in _made) tensor.Dispose();
        _made.Clear();
    }

    /// <summary>What a layer makes of the sequence, once; without gradients only.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="make">Computes it.</param>
    internal Tensor Once(object layer, Func<Tensor, Tensor> make)
    {
        if (is_grad_enabled()) return make(Sequence!);
        return _made.GetValue(layer, _ => make(Sequence!).DetachFromDisposeScope());
    }

    private Conditioning Map(Func<Tensor, Tensor> map)
    {
        return new Conditioning(Of(Vector), Of(Sequence)) { Sketch = Of(Sketch), Mask = Of(Mask), Sizes = Of(Sizes), Guidance = Of(Guidance) };

        Tensor? Of(Tensor? tensor) => tensor is null ? null : map(tensor);
    }
}
