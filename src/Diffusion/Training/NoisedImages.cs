using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>Images of a batch, or of a part of it, with the noise that was added to them.</summary>
/// <param name="XStart">x_0, [N, 3, S, S] float32 in [-1, 1].</param>
/// <param name="X">x_t.</param>
/// <param name="T">t, [N] int64.</param>
/// <param name="Noise">epsilon, of x_0's shape.</param>
internal sealed record NoisedImages(Tensor XStart, Tensor X, Tensor T, Tensor Noise)
{
    /// <summary>Some of the images.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public NoisedImages Part(long first, long count) =>
        new(XStart.narrow(0, first, count), X.narrow(0, first, count), T.narrow(0, first, count), Noise.narrow(0, first, count));
}
