using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Images as sequences of their patches (Dosovitskiy et al. 2021, arXiv:2010.11929): a convolution whose steps are as long as its kernel (key proj).</summary>
internal sealed class Patches(TensorSource at, int channels, int width, int size)
{
    private readonly Conv2d _conv = new(at.Under("proj"), channels, width, size, stride: size);

    /// <summary>[N, C, H, W] to [N, H / p * W / p, D], row by row.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Pointwise.ToRows(_conv.Forward(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts patches together, whose channels are rows, columns and then channels of their pixels.</summary>
    /// <param name="x">[N, h * w, p * p * C].</param>
    /// <param name="rows">h.</param>
    /// <param name="columns">w.</param>
    /// <param name="size">p.</param>
    /// <returns>[N, C, h p, w p].</returns>
    public static Tensor Join(Tensor x, long rows, long columns, int size)
    {
        var (n, channels) = (x.shape[0], x.shape[2] / (size * size));
        return x.reshape(n, rows, columns, size, size, channels).permute(0, 5, 1, 3, 2, 4).reshape(n, channels, rows * size, columns * size);
    }
}
