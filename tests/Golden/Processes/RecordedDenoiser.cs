using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Golden.Processes;

/// <summary>A network and a classifier that give what was recorded, whatever they are asked.</summary>
internal sealed class RecordedDenoiser(Tensor output, Tensor? gradient = null) : IDenoiser
{
    public Tensor Predict(Tensor x, Timesteps timesteps) => output;

    public Tensor? Gradient(Tensor x, Timesteps timesteps) => gradient;
}
