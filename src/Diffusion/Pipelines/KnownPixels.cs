using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// What is known of a batch's images, as each stage of an inpainting model sees it. As in GLIDE's inpainting notebook there is one mask, that of
/// the base network's pixels, and the upsampler has the same mask enlarged (Nichol et al. 2021, arXiv:2112.10741, section 4.3). A pixel of the
/// base network is known where all that it stands for is kept.
/// </summary>
internal sealed class KnownPixels
{
    private readonly Tensor _levels;      // [N, 3, S, S], 0 to 255
    private readonly Tensor _mask;        // [N, 1, S, S], 1 where kept

    /// <summary>Gathers the images of a batch; the tensors belong to the dispose scope around it.</summary>
    /// <param name="images">One a sample; null where nothing is known.</param>
    /// <param name="size">Width and height of the images that the batch makes, S.</param>
    /// <param name="device">Where the networks are.</param>
    /// <exception cref="ArgumentException">An image has another size.</exception>
    public KnownPixels(IReadOnlyList<KnownImage?> images, int size, Device device)
    {
        var pixels = size * size;
        var (rgb, kept) = (new byte[images.Count * pixels * 3], new float[images.Count * pixels]);
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i] is not { } image) continue;
            if (image.Rgb.Length != 3 * pixels || image.IsKept.Length != pixels)
                throw new ArgumentException($"a known image has {image.Rgb.Length} bytes and {image.IsKept.Length} values of its mask; allowed: {3 * pixels} and {pixels}, as {size}x{size} pixels have");
            image.Rgb.CopyTo(rgb, 3 * i * pixels);
            for (var pixel = 0; pixel < pixels; pixel++) kept[i * pixels + pixel] = image.IsKept[pixel] ? 1 : 0;
        }
        _levels = tensor(rgb, [images.Count, size, size, 3]).permute(0, 3, 1, 2).to_type(ScalarType.Float32).contiguous().to(device);
        _mask = tensor(kept, [images.Count, 1, size, size]).to(device);
    }

    /// <summary>Every kept pixel, as it is to be in the finished image.</summary>
    public ConcatenatedImages Exactly => new(Known: Scale(_levels), KnownMask: _mask);

    /// <summary>What the base network sees: means over its pixels, and its mask.</summary>
    /// <param name="size">Width and height of its images, a divisor of S.</param>
    public ConcatenatedImages ForBase(int size)
    {
        var factor = _mask.shape[3] / size;
        // Sums of bytes are exact in any order, so the means are the same on every machine.
        return new ConcatenatedImages(Known: Scale(nn.functional.avg_pool2d(_levels, factor)), KnownMask: MaskAt(size));
    }

    /// <summary>
    /// What a network of latents sees, as Stable Diffusion's inpainting networks were trained: a mask, 1 where the image is to be drawn, and the latents of the image
    /// with those pixels grey.
    /// </summary>
    /// <param name="codec">Makes latents.</param>
    public ConcatenatedImages ForLatents(IImageCodec codec)
    {
        var drawn = S(1).Minus(_mask);
        long[] size = [_mask.shape[2] / codec.Factor, _mask.shape[3] / codec.Factor];
        return new ConcatenatedImages { Latents = cat([nn.functional.interpolate(drawn, size: size, mode: InterpolationMode.Nearest), codec.Encode(Scale(_levels) * _mask)], dim: 1) };
    }

    /// <summary>What the upsampler sees: the whole image, and the base network's mask enlarged.</summary>
    /// <param name="small">Width and height of the base network's images.</param>
    public ConcatenatedImages ForUpsampler(int small) => new(
        Known: Scale(_levels), KnownMask: nn.functional.interpolate(MaskAt(small), size: [_mask.shape[2], _mask.shape[3]], mode: InterpolationMode.Nearest));

    private Tensor MaskAt(int size) => S(1).Minus(nn.functional.max_pool2d(S(1).Minus(_mask), _mask.shape[3] / size));

    private static Tensor Scale(Tensor levels) => levels / S(127.5) - S(1);
}
