using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>Where a sampling run is after one step.</summary>
/// <param name="Index">Step index t, counted down: 0 is the last.</param>
/// <param name="Sample">x_{t-1}, [N, C, H, W] float32; needed by the next step, so not to be disposed before it.</param>
/// <param name="PredictedXStart">The x_0 predicted at this step.</param>
public sealed record SamplingStep(int Index, Tensor Sample, Tensor PredictedXStart);
