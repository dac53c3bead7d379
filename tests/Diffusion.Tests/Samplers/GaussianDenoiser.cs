using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

/// <summary>
/// The exact denoiser of data that is normal with this mean and standard deviation, pixel by pixel: x_t is normal with mean
/// sqrt(alphaBar) m and variance v = alphaBar s^2 + 1 - alphaBar, so E[epsilon | x_t] = sqrt(1 - alphaBar) (x_t - sqrt(alphaBar) m) / v.
/// Its variance values make the ancestral step exact too: Var[x_{t-1} | x_t] is betaTilde + (posterior coefficient of x_0)^2 Var[x_0 | x_t].
/// </summary>
internal sealed class GaussianDenoiser(NoiseSchedule schedule, double mean, double deviation) : IDenoiser
{
    public List<long> Timesteps { get; } = [];

    public Tensor Predict(Tensor x, NoiseLevel at)
    {
        Timesteps.Add((long)at.Timestep);
        var t = Array.IndexOf(schedule.TimestepMap, (int)Timesteps[^1]);
        var (alphaBar, data) = (schedule.AlphasCumprod[t], deviation * deviation);
        var v = alphaBar * data + 1 - alphaBar;
        var epsilon = S(Math.Sqrt(1 - alphaBar) / v) * (x - S(Math.Sqrt(alphaBar) * mean));

        var variance = schedule.PosteriorVariance[t] + Math.Pow(schedule.PosteriorMeanCoefficient1[t], 2) * data * (1 - alphaBar) / v;
        var (low, high) = (schedule.PosteriorLogVarianceClipped[t], Math.Log(schedule.Betas[t]));
        var fraction = high == low ? 0 : (Math.Log(variance) - low) / (high - low);
        return cat([epsilon, full_like(epsilon, S(2 * fraction - 1))], dim: 1);
    }
}
