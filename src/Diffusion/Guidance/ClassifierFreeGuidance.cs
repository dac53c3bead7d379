using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598, equation 6) in the form of GLIDE (arXiv:2112.10741, equation 6):
/// eps = eps(null) + s (eps(y) - eps(null)), one doubled batch a step, the conditional half first. The variance is the conditional one.
/// Where s is 1 for every sample, the conditional half alone is computed.
/// </summary>
/// <remarks>One object serves one run: adaptive projected guidance remembers the step before.</remarks>
public sealed class ClassifierFreeGuidance : IDenoiser, IDisposable
{
    private readonly TextConditional _network;
    private readonly double[] _scales;
    private readonly NoiseSchedule _schedule;
    private readonly GuidanceSettings _settings;
    private readonly AdaptiveProjection? _projection;

    /// <summary>Guides a run.</summary>
    /// <param name="network">The network with its prompts.</param>
    /// <param name="scales">s of each of the N samples.</param>
    /// <param name="schedule">The schedule of the run, which some methods need the noise level from.</param>
    /// <param name="settings">How to guide; null is plain guidance.</param>
    public ClassifierFreeGuidance(TextConditional network, IReadOnlyList<double> scales, NoiseSchedule schedule, GuidanceSettings? settings = null)
    {
        (_network, _scales, _schedule, _settings) = (network, [.. scales], schedule, settings ?? new GuidanceSettings());
        if (_settings.Apg is { } apg) _projection = new AdaptiveProjection(apg);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Tensor timesteps)
    {
        // The noise level is a function of the timestep, which is one number for the whole batch; plain guidance does not ask for it.
        var timestep = _settings.NeedsTimestep ? timesteps[0].to_type(ScalarType.Float64).item<double>() : 0;
        var scales = _settings.ScalesAt(_scales, timestep / _schedule.OriginalTimesteps);
        if (scales is null || Array.TrueForAll(scales, scale => scale == 1)) return _network.Predict(x, timesteps);

        var (conditional, unconditional) = _network.PredictBoth(x, timesteps);
        var c = x.shape[1];
        var (epsilon, against) = (conditional.narrow(1, 0, c), unconditional.narrow(1, 0, c));
        using var s = tensor(Array.ConvertAll(scales, scale => (float)scale), [scales.Length, 1, 1, 1]).to(x.device);
        var guided = _projection is not null ? Project(x, epsilon, against, s, timestep)
            : Combine(epsilon, _settings.CfgZeroStar ? OptimizedScale(epsilon, against) * against : against, s);
        if (_settings.Rescale > 0) guided = Rescale(guided, epsilon, _settings.Rescale);
        return conditional.shape[1] == c ? guided : cat([guided, conditional.narrow(1, c, c)], dim: 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _projection?.Dispose();

    /// <summary>The guided epsilon.</summary>
    /// <param name="conditional">eps(y).</param>
    /// <param name="unconditional">eps(null).</param>
    /// <param name="scale">s, broadcast over the others.</param>
    public static Tensor Combine(Tensor conditional, Tensor unconditional, Tensor scale) =>
        unconditional.Plus(scale * (conditional - unconditional));

    /// <summary>
    /// The guided epsilon brought back to the standard deviation of the conditional one, in part (Lin et al. 2023, arXiv:2305.08891,
    /// equations 14 to 16).
    /// </summary>
    /// <param name="guided">Guided epsilon, [N, C, H, W].</param>
    /// <param name="conditional">eps(y).</param>
    /// <param name="phi">0 changes nothing, 1 rescales fully.</param>
    public static Tensor Rescale(Tensor guided, Tensor conditional, double phi)
    {
        var factor = conditional.std([1, 2, 3], keepdim: true) / guided.std([1, 2, 3], keepdim: true);
        return (S(phi) * (guided * factor)).Plus(S(1 - phi) * guided);
    }

    /// <summary>
    /// The s that brings s * eps(null) nearest to eps(y), for each sample (CFG-Zero*: Fan et al. 2025, arXiv:2503.18886, equation 9). Their
    /// zero initialisation belongs to flow matching and has no counterpart for epsilon.
    /// </summary>
    /// <param name="conditional">eps(y), [N, C, H, W].</param>
    /// <param name="unconditional">eps(null).</param>
    /// <returns>[N, 1, 1, 1].</returns>
    public static Tensor OptimizedScale(Tensor conditional, Tensor unconditional) =>
        (conditional * unconditional).sum([1, 2, 3], keepdim: true) / unconditional.pow(S(2)).sum([1, 2, 3], keepdim: true).Plus(S(1e-8));

    // The projection is of predicted images, which are linear in epsilon.
    private Tensor Project(Tensor x, Tensor conditional, Tensor unconditional, Tensor scale, double timestep)
    {
        var alphaBar = _schedule.AlphaBarAt(timestep);
        var (alpha, sigma) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        var image = (x - S(sigma) * conditional) / S(alpha);
        var difference = (unconditional - conditional) * S(sigma / alpha);           // of the images
        return (x - S(alpha) * image.Plus((scale - S(1)) * _projection!.Apply(image, difference))) / S(sigma);
    }
}
