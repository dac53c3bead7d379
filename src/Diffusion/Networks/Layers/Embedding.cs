using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>A table of rows that numbers choose from.</summary>
internal sealed class Embedding(TensorSource at, long count, long width)
{
    private readonly Tensor _weight = at.Take("weight", null, [count, width]);

    /// <summary>[...] int64 from 0 to below the count, to [..., C].</summary>
    public Tensor Forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return _weight.index_select(0, ids.reshape(-1)).view([.. ids.shape, width]).MoveToOuterDisposeScope();
    }

    /// <summary>The first rows, [count, C].</summary>
    public Tensor First(long count) => _weight.narrow(0, 0, count);
}
