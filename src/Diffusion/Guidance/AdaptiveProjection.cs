using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Adaptive projected guidance (Sadat et al. 2024, arXiv:2410.02416, Algorithm 1): the guidance direction with negative momentum, bounded in
/// length, and with the part parallel to the image weakened, as that is what saturates colours.
/// </summary>
/// <param name="settings">Momentum, bound and weight.</param>
internal sealed class AdaptiveProjection(ApgSettings settings) : IDisposable
{
    private Tensor? _average;

    /// <summary>The direction to add, (s - 1) times, to the conditional image.</summary>
    /// <param name="image">Conditional x_0, [N, C, H, W].</param>
    /// <param name="difference">Conditional minus unconditional x_0.</param>
    public Tensor Apply(Tensor image, Tensor difference)
    {
        var average = _average is null ? difference : difference.Plus(S(settings.Momentum) * _average);
        _average?.Dispose();
        _average = average.clone().DetachFromDisposeScope();

        if (settings.NormThreshold > 0)
            average = average * (S(settings.NormThreshold) / Norm(average).clamp_min(S(1e-12))).clamp_max(S(1));
        var unit = image / Norm(image).clamp_min(S(1e-12));
        var parallel = (average * unit).sum([1, 2, 3], keepdim: true) * unit;
        return (average - parallel).Plus(S(settings.Eta) * parallel);
    }

    public void Dispose() => _average?.Dispose();

    private static Tensor Norm(Tensor images) => images.pow(S(2)).sum([1, 2, 3], keepdim: true).sqrt();
}
