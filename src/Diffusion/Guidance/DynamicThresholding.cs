using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Clips a predicted image not to [-1, 1] but to its own percentile, and scales it back (Imagen: Saharia et al. 2022, arXiv:2205.11487,
/// section 2.3), which keeps strong guidance from saturating pixels.
/// </summary>
public static class DynamicThresholding
{
    /// <summary>clip(x_0, -s, s) / s with s = max(1, percentile of |x_0|), for each sample.</summary>
    /// <param name="xStart">Predicted x_0, [N, C, H, W].</param>
    /// <param name="percentile">Above 0 to 1; at 1 nothing is cut off, only scaled.</param>
    public static Tensor Apply(Tensor xStart, double percentile)
    {
        var s = xStart.abs().flatten(start_dim: 1).quantile(full(1, S(percentile), dtype: float32, device: xStart.device), dim: 1).view(-1, 1, 1, 1).clamp_min(S(1));
        return xStart.clamp(-s, s) / s;
    }
}
