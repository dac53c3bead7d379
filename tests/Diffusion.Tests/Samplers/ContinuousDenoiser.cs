using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

/// <summary>The exact epsilon of data that is normal with this mean and standard deviation, at timesteps that may be fractional.</summary>
internal sealed class ContinuousDenoiser(double mean, double deviation) : IDenoiser
{
    public List<double> Timesteps { get; } = [];

    public Tensor Predict(Tensor x, NoiseLevel at)
    {
        Timesteps.Add(at.Timestep);
        var epsilon = S(at.Sigma / (at.Alpha * at.Alpha * deviation * deviation + at.Sigma * at.Sigma)) * (x - S(at.Alpha * mean));
        return cat([epsilon, zeros_like(epsilon)], dim: 1);
    }
}
