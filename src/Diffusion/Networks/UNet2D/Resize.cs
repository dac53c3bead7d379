using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>Resampling by the nearest pixel, and what networks put after it.</summary>
internal static class Resize
{
    /// <summary>[N, C, H, W] to [N, C, height, width].</summary>
    public static Tensor Nearest(Tensor x, long height, long width)
    {
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        if (height != 2 * h || width != 2 * w || !TensorMemory.IsChannelsLast(x))
            return nn.functional.interpolate(x, size: [height, width], mode: InterpolationMode.Nearest);
        // The same values, many times faster on a CPU.
        return x.permute(0, 2, 3, 1).view(n, h, 1, w, 1, c).expand(n, h, 2, w, 2, c).reshape(n, height, width, c).permute(0, 3, 1, 2);
    }
}

/// <summary>Doubling by the nearest pixel, then a 3x3 convolution.</summary>
internal sealed class Upsampler(TensorSource at, int channels)
{
    private readonly Conv2d _conv = Conv2d.Same(at.Under("conv"), channels, channels);

    /// <param name="x">[N, C, H, W].</param>
    /// <param name="height">Height of the result.</param>
    /// <param name="width">Width of the result.</param>
    public Tensor Forward(Tensor x, long height, long width)
    {
        using var scope = NewDisposeScope();
        return Resize.Nearest(x, height, width).Into(_conv.Forward).MoveToOuterDisposeScope();
    }
}

/// <summary>Halving by a 3x3 convolution.</summary>
/// <param name="at">Key conv.</param>
/// <param name="channels">Of input and output.</param>
/// <param name="rightAndBottomOnly">Whether zeros are put at the right and at the bottom only, instead of all around.</param>
internal sealed class Downsampler(TensorSource at, int channels, bool rightAndBottomOnly = false)
{
    private readonly Conv2d _conv = new(at.Under("conv"), channels, channels, 3, stride: 2, padding: rightAndBottomOnly ? 0 : 1);

    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _conv.Forward(rightAndBottomOnly ? nn.functional.pad(x, [0, 1, 0, 1]) : x).MoveToOuterDisposeScope();
    }
}
