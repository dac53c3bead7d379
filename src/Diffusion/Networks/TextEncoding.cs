using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>What the text transformer makes of N prompts; computed once and used at every step. For one thread at a time.</summary>
/// <param name="Projection">[N, 4 * ModelChannels], added to the timestep embedding.</param>
/// <param name="Sequence">[N, W, L], attended to by the image.</param>
/// <param name="Sketch">[N, 3, S, S], seen beside the image by networks that have one.</param>
public sealed record TextEncoding(Tensor Projection, Tensor Sequence, Tensor? Sketch = null) : IDisposable
{
    // Keys and values that an attention block makes of the sequence are the same at every step.
    private readonly ConditionalWeakTable<object, Tensor> _made = [];

    /// <summary>Some of the prompts, as views that this encoding need not outlive.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public TextEncoding Part(long first, long count)
    {
        return new TextEncoding(Of(Projection), Of(Sequence), Sketch is null ? null : Of(Sketch));

        Tensor Of(Tensor all) => all.narrow(0, first, count).DetachFromDisposeScope();
    }

    /// <summary>The prompts of several encodings of one network, in order.</summary>
    /// <param name="encodings">At least one.</param>
    public static TextEncoding Joined(IReadOnlyList<TextEncoding> encodings)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        return new TextEncoding(
            cat([.. encodings.Select(text => text.Projection)]), cat([.. encodings.Select(text => text.Sequence)]),
            encodings[0].Sketch is null ? null : cat([.. encodings.Select(text => text.Sketch!)]));
    }

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        Projection.Dispose();
        Sequence.Dispose();
        Sketch?.Dispose();
        foreach (var (_, tensor) in _made) tensor.Dispose();
        _made.Clear();
    }

    /// <summary>What a layer makes of the sequence, once; without gradients only.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="make">Computes it.</param>
    internal Tensor Once(object layer, Func<Tensor, Tensor> make)
    {
        if (is_grad_enabled()) return make(Sequence);
        return _made.GetValue(layer, _ => make(Sequence).DetachFromDisposeScope());
    }
}
