using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// A network with its conditioning and guidance already bound. It knows no schedule, and what drives it knows nothing else of it.
/// </summary>
public interface IDenoiser
{
    /// <summary>Runs the network on a batch.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="at">Where the samples are.</param>
    /// <returns>[N, C, H, W] float32, or [N, 2C, H, W] with variance values after it where they are learned.</returns>
    Tensor Predict(Tensor x, NoiseLevel at);

    /// <summary>s * grad log p(y | x_t), by which a classifier guides; null where none does.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="at">Where the samples are.</param>
    Tensor? Gradient(Tensor x, NoiseLevel at) => null;
}
