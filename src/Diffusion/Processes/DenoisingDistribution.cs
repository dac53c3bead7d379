using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>p(x_{t-1} | x_t), a diagonal Gaussian; every tensor is [N, C, H, W] float32.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Variance">Its variance.</param>
/// <param name="LogVariance">Logarithm of its variance.</param>
/// <param name="PredictedXStart">The x_0 that the mean was computed from.</param>
public sealed record DenoisingDistribution(Tensor Mean, Tensor Variance, Tensor LogVariance, Tensor PredictedXStart);
