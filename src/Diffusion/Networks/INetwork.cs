using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>What a denoising network computes. It knows no schedule, no guidance and no tokenizer. One may be used from several threads at once.</summary>
public interface INetwork : IDisposable
{
    /// <summary>Where it is.</summary>
    Device Device { get; }

    /// <summary>Predicts what it was trained to.</summary>
    /// <param name="x">x_t with whatever is concatenated, [N, C, H, W] float32.</param>
    /// <param name="timesteps">[N] float32.</param>
    /// <param name="given">What it is told of the N samples; null where it is told nothing.</param>
    /// <returns>[N, C', H, W] float32: the prediction, and variance values after it where they are learned.</returns>
    Tensor Predict(Tensor x, Tensor timesteps, Conditioning? given);
}
