using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>A class-conditional or unconditional network with the labels of N samples.</summary>
/// <param name="network">The network.</param>
/// <param name="labels">[N] int64; null for an unconditional network.</param>
/// <param name="images">Images that the network sees beside x_t; null for none.</param>
public sealed class ClassConditional(UNetModel network, Tensor? labels, ConcatenatedImages? images = null) : IDenoiser
{
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Timesteps timesteps) => network.call(images is null ? x : images.Concatenate(x), timesteps.For(x), labels);
}
