using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// Images that a network sees beside x_t, as further input channels in the official order: x_t, the known image times its mask, the mask, the
/// low-resolution image (GLIDE: Nichol et al. 2021, arXiv:2112.10741, sections 4.2 and 4.3; upsampling: arXiv:2105.05233, section 4.5).
/// </summary>
/// <param name="LowRes">Image to upsample, [N, 3, h, w] in [-1, 1]; null where the network does no super-resolution.</param>
/// <param name="Known">Image to keep parts of, [N, 3, H, W] in [-1, 1]; null where the network does no inpainting.</param>
/// <param name="KnownMask">1 where Known is known and 0 where it is to be drawn, [N, 1, H, W].</param>
public sealed record ConcatenatedImages(Tensor? LowRes = null, Tensor? Known = null, Tensor? KnownMask = null)
{
    /// <summary>What networks of latents see after x_t, as it is: a mask and the latents of what is known, [N, C, H, W].</summary>
    public Tensor? Latents { get; init; }

    /// <summary>The network's input for x_t.</summary>
    /// <param name="x">x_t, [N, 3, H, W].</param>
    /// <returns>[N, 3, 6, 7 or 10, H, W].</returns>
    public Tensor Concatenate(Tensor x)
    {
        List<Tensor> parts = [x];
        if (Known is not null && KnownMask is not null) parts.AddRange([Known * KnownMask, KnownMask]);
        if (Latents is not null) parts.Add(Latents);
        if (LowRes is not null)
            parts.Add(nn.functional.interpolate(LowRes, size: [x.shape[2], x.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false));
        return parts.Count == 1 ? x : cat(parts, dim: 1);
    }

    /// <summary>A predicted image with the known pixels put back, to be applied before the clipping.</summary>
    /// <param name="xStart">Predicted x_0, [N, 3, H, W].</param>
    /// <exception cref="InvalidOperationException">Nothing is known.</exception>
    public Tensor KeepKnown(Tensor xStart) => Known is not null && KnownMask is not null
        ? (xStart * S(1).Minus(KnownMask)).Plus(Known * KnownMask)
        : throw new InvalidOperationException("there is no known image");

    /// <summary>
    /// An image as the upsampler takes it: rounded to 256 levels, as it would be when stored with 8 bits, and not clamped.
    /// </summary>
    /// <param name="samples">Samples of the base model, [N, 3, h, w] around [-1, 1].</param>
    public static Tensor Quantize(Tensor samples) => (samples.Plus(S(1)) * S(127.5)).round() / S(127.5) - S(1);
}
