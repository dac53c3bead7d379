using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Adaptive layer norm (Peebles and Xie 2023, arXiv:2212.09748): shifts, scales and gates that a layer makes of an embedding (key linear).</summary>
internal sealed class Modulation(TensorSource at, int width, int parts)
{
    private readonly Linear _linear = new(at.Under("linear"), width, (long)parts * width);

    /// <summary>The parts of linear(silu(embedding)), each [N, 1, C], from [N, C].</summary>
    public Tensor[] Forward(Tensor embedding) => _linear.Forward(Activation.Silu(embedding)).unsqueeze(1).chunk(parts, dim: -1);

    /// <summary>x * (1 + scale) + shift.</summary>
    /// <param name="x">[N, T, C].</param>
    /// <param name="shift">[N, 1, C].</param>
    /// <param name="scale">[N, 1, C].</param>
    public static Tensor Apply(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        return addcmul(shift, x, scale.Plus(S(1)), S(1)).MoveToOuterDisposeScope();
    }
}

/// <summary>A norm without weights, then a scale and a shift, in this order, that a layer makes of an embedding: the end of a transformer.</summary>
internal sealed class ModulatedNorm(TensorSource at, int width)
{
    private readonly Modulation _modulation = new(at, width, 2);
    private readonly LayerNorm _norm = new(width, 1e-6);

    /// <summary>[N, T, C] and [N, C] to [N, T, C].</summary>
    public Tensor Forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var parts = _modulation.Forward(embedding);
        return Modulation.Apply(_norm.Forward(x), shift: parts[1], scale: parts[0]).MoveToOuterDisposeScope();
    }
}
