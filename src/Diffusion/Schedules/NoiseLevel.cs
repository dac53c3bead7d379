using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Schedules;

/// <summary>
/// One point of a forward process, x = alpha x_0 + sigma epsilon: alpha^2 + sigma^2 = 1 where it preserves variance (Ho et al. 2020, arXiv:2006.11239), and
/// alpha = 1 - sigma in flow matching (Lipman et al. 2022, arXiv:2210.02747).
/// </summary>
/// <param name="Timestep">What the network is told of it; may be fractional.</param>
/// <param name="Alpha">How much of the image is left, 0 to 1.</param>
/// <param name="Sigma">How much noise there is, 0 to 1.</param>
public readonly record struct NoiseLevel(double Timestep, double Alpha, double Sigma)
{
    /// <summary>The image itself, where most runs end.</summary>
    public static NoiseLevel Clean => new(0, 1, 0);

    /// <summary>sigma / alpha, the noise in units of the image; infinite where nothing of the image is left.</summary>
    public double Ratio => Sigma / Alpha;

    /// <summary>lambda = log(alpha / sigma), half the logarithm of the signal-to-noise ratio.</summary>
    public double Lambda => Math.Log(Alpha) - Math.Log(Sigma);

    /// <summary>A level of a process that preserves variance.</summary>
    /// <param name="timestep">What the network is told.</param>
    /// <param name="ratio">sigma / alpha.</param>
    public static NoiseLevel OfRatio(double timestep, double ratio)
    {
        var length = Math.Sqrt(1 + ratio * ratio);
        return new NoiseLevel(timestep, 1 / length, ratio / length);
    }

    /// <summary>A level of a process that preserves variance.</summary>
    /// <param name="timestep">What the network is told.</param>
    /// <param name="alphaBar">alpha^2, 0 to 1.</param>
    public static NoiseLevel OfAlphaBar(double timestep, double alphaBar) => new(timestep, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));

    /// <summary>The timestep as a network takes it.</summary>
    /// <param name="x">x at this level, of N samples.</param>
    /// <returns>[N] float32.</returns>
    public Tensor TimestepsFor(Tensor x) => full(x.shape[0], S(Timestep), dtype: float32, device: x.device);
}
