using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.MmDit;

/// <summary>Text and image as one sequence: attention and feed-forward layers side by side (Dehghani et al. 2023, arXiv:2302.05442, section 2).</summary>
internal sealed class SingleBlock(TensorSource at, int width, int heads)
{
    private readonly Modulation _modulation = new(at.Under("norm"), width, 3);
    private readonly LayerNorm _norm = new(width, 1e-6);
    private readonly HeadProjection _heads = new(at.Under("attn"), width, heads, normed: true);
    private readonly Linear _in = new(at.Under("proj_mlp"), width, 4L * width);
    private readonly Linear _out = new(at.Under("proj_out"), 5L * width, width);

    /// <param name="x">[N, L + T, C].</param>
    /// <param name="embedding">[N, C].</param>
    /// <param name="rotary">Positions.</param>
    public Tensor Forward(Tensor x, Tensor embedding, Rotary rotary)
    {
        using var scope = NewDisposeScope();
        var m = _modulation.Forward(embedding);     // shift, scale and gate
        var y = Modulation.Apply(_norm.Forward(x), m[0], m[1]);
        var attended = rotary.Turn(_heads.Forward(y)).Attend();
        var both = cat([attended, Activation.GeluTanh(_in.Forward(y))], dim: -1);
        return addcmul(x, m[2], _out.Forward(both), S(1)).MoveToOuterDisposeScope();
    }
}
