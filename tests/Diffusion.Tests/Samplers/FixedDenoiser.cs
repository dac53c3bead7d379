using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

/// <summary>A network, and a classifier if one is given, whose outputs are the same whatever they are asked.</summary>
internal sealed class FixedDenoiser(Tensor output, Tensor? gradient = null) : IDenoiser
{
    public Tensor Predict(Tensor x, Tensor timesteps) => output;

    public Tensor? Gradient(Tensor x, Tensor timesteps) => gradient;
}
