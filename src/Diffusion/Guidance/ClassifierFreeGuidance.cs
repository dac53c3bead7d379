using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598, equation 6) in the form of GLIDE (arXiv:2112.10741, equation 6):
/// eps = eps(null) + s (eps(y) - eps(null)), one doubled batch a step, the conditional half first. The variance is the conditional one.
/// Networks that predict x_0 or v are guided alike, as both are linear in epsilon. Where s is 1 for every sample the conditional half alone is
/// computed.
/// </summary>
/// <remarks>One object serves one run: adaptive projected guidance remembers the step before.</remarks>
public sealed class ClassifierFreeGuidance : IDenoiser, IDisposable
{
    private readonly ConditionalNetwork _network;
    private readonly double[] _scales;
    private readonly Prediction _prediction;
    private readonly double _duration;
    private readonly GuidanceSettings _settings;
    private readonly AdaptiveProjection? _projection;
    private readonly Tensor _excess;        // s - 1 of each sample, on the device

    /// <summary>Guides a run.</summary>
    /// <param name="network">The network with its prompts.</param>
    /// <param name="scales">s of each of the N samples.</param>
    /// <param name="prediction">What the network's output stands for.</param>
    /// <param name="duration">Where time ends, see <see cref="ISchedule.Duration"/>.</param>
    /// <param name="settings">How to guide; null is plain guidance.</param>
    /// <exception cref="NotSupportedException">Adaptive projected guidance of a network that gives the mean of x_{t-1}.</exception>
    public ClassifierFreeGuidance(
        ConditionalNetwork network, IReadOnlyList<double> scales, Prediction prediction = Prediction.Epsilon, double duration = 1000, GuidanceSettings? settings = null)
    {
        (_network, _scales, _prediction, _duration, _settings) = (network, [.. scales], prediction, duration, settings ?? new GuidanceSettings());
        _excess = tensor(Array.ConvertAll(_scales, scale => (float)(scale - 1)), [_scales.Length, 1, 1, 1]).to(network.Device).DetachFromDisposeScope();
        if (_settings.Apg is not { } apg) return;
        if (prediction == Prediction.PreviousX)
            throw new NotSupportedException("adaptive projected guidance needs a network that predicts epsilon, x_0 or velocity, not the mean of x_{t-1}");
        _projection = new AdaptiveProjection(apg);
    }

    /// <summary>
    /// Whether the unconditional half alone is computed where s is 0 for every sample. Its variance is taken too then, which official code takes
    /// from the conditional half; of what is drawn without a prompt that is the more natural one, and half the work.
    /// </summary>
    public bool OnePassAtZero { get; init; }

    /// <inheritdoc/>
    public Tensor Predict(Tensor x, NoiseLevel at)
    {
        // What is computed may depend on what all samples of a batch have in common, and never on a sample's neighbours.
        var weight = _settings.NeedsTimestep ? _settings.WeightAt(at.Timestep / _duration) : 1;
        if (weight == 0 || Array.TrueForAll(_scales, scale => scale == 1)) return _network.Predict(x, at);
        if (OnePassAtZero && weight == 1 && _settings.IsCombinationAlone && Array.TrueForAll(_scales, scale => scale == 0)) return _network.PredictAgainst(x, at);

        var (conditional, unconditional) = _network.PredictBoth(x, at);
        var c = x.shape[1];
        var (output, against) = (conditional.narrow(1, 0, c), unconditional.narrow(1, 0, c));
        var excess = weight == 1 ? _excess : _excess * S(weight);
        var guided = _projection is not null ? Project(x, output, against, excess, at)
            : Combine(output, _settings.CfgZeroStar ? OptimizedScale(output, against) * against : against, excess.Plus(S(1)));
        if (_settings.Rescale > 0) guided = Rescale(guided, output, _settings.Rescale);
        return conditional.shape[1] == c ? guided : cat([guided, conditional.narrow(1, c, c)], dim: 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _projection?.Dispose();
        _excess.Dispose();
    }

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

    // The projection is of predicted images, which are linear in what the network predicts.
    private Tensor Project(Tensor x, Tensor conditional, Tensor unconditional, Tensor excess, NoiseLevel at)
    {
        var image = _prediction.XStart(conditional, x, at);
        var guided = image.Plus(excess * _projection!.Apply(image, image - _prediction.XStart(unconditional, x, at)));
        return _prediction.OutputFor(guided, x, at);
    }
}
