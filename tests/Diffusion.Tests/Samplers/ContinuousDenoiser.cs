using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

/// <summary>The exact epsilon of data that is normal with this mean and standard deviation, at timesteps that may be fractional.</summary>
internal sealed class ContinuousDenoiser(NoiseSchedule schedule, double mean, double deviation) : IDenoiser
{
    public List<double> Timesteps { get; } = [];

    public Tensor Predict(Tensor x, Timesteps timesteps)
    {
        Timesteps.Add(timesteps.Original);
        var alphaBar = schedule.AlphaBarAt(Timesteps[^1]);
        var epsilon = S(Math.Sqrt(1 - alphaBar) / (alphaBar * deviation * deviation + 1 - alphaBar)) * (x - S(Math.Sqrt(alphaBar) * mean));
        return cat([epsilon, zeros_like(epsilon)], dim: 1);
    }
}
