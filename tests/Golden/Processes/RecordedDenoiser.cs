using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Golden.Processes;

/// <summary>A network and a classifier that give what was recorded, whatever they are asked.</summary>
internal sealed class RecordedDenoiser(Tensor output, Tensor? gradient = null) : IDenoiser
{
    public Tensor Predict(Tensor x, NoiseLevel at) => output;

    public Tensor? Gradient(Tensor x, NoiseLevel at) => gradient;
}
