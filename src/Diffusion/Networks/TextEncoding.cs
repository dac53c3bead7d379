using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>What the text transformer makes of N prompts; computed once and used at every step.</summary>
/// <param name="Projection">[N, 4 * ModelChannels], added to the timestep embedding.</param>
/// <param name="Sequence">[N, W, L], attended to by the image.</param>
public sealed record TextEncoding(Tensor Projection, Tensor Sequence) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Projection.Dispose();
        Sequence.Dispose();
    }
}
