using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>Between images and what the networks of a model denoise: pixels themselves, or latents.</summary>
public interface IImageCodec : IDisposable
{
    /// <summary>Channels of what is denoised.</summary>
    int Channels { get; }

    /// <summary>Pixels along a side that one position stands for.</summary>
    int Factor { get; }

    /// <summary>What networks denoise, of images: the most likely latents.</summary>
    /// <param name="images">[N, 3, H, W] float32 in [-1, 1].</param>
    /// <returns>[N, Channels, H / Factor, W / Factor] float32.</returns>
    Tensor Encode(Tensor images);

    /// <summary>Images of what was denoised, one at a time where that saves memory.</summary>
    /// <param name="x">[N, Channels, H / Factor, W / Factor] float32.</param>
    /// <returns>[N, 3, H, W] float32, around [-1, 1].</returns>
    Tensor Decode(Tensor x);
}

/// <summary>Pixels are denoised as they are.</summary>
public sealed class PixelCodec : IImageCodec
{
    /// <inheritdoc/>
    public int Channels => 3;

    /// <inheritdoc/>
    public int Factor => 1;

    /// <inheritdoc/>
    public Tensor Encode(Tensor images) => images;

    /// <inheritdoc/>
    public Tensor Decode(Tensor x) => x;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
