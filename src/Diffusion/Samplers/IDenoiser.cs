using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// What a sampler drives: a network with its conditioning and guidance already bound. It knows no schedule; a sampler knows nothing else.
/// </summary>
public interface IDenoiser
{
    /// <summary>Predicts epsilon and the variance values for a batch.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="timesteps">[N] int64 on the network's own scale 0..T-1.</param>
    /// <returns>[N, 2C, H, W] float32: epsilon, then variance values.</returns>
    Tensor Predict(Tensor x, Tensor timesteps);
}
