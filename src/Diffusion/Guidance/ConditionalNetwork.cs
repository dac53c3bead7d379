using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>A network with what it is told of N samples and, for guidance, what stands against that: the null prompt, or a negative one.</summary>
/// <param name="network">The network.</param>
/// <param name="given">Of the N samples, followed by what stands against each of them; of the N samples alone where nothing does; null for a network that is told nothing.</param>
/// <param name="images">Images of the N samples that the network sees beside x_t; null for none.</param>
public sealed class ConditionalNetwork(INetwork network, Conditioning? given, ConcatenatedImages? images = null) : IDenoiser, IDisposable
{
    private Conditioning? _prompts, _against;

    /// <summary>Where the network is.</summary>
    internal Device Device => network.Device;

    /// <summary>The network's output for the prompts alone.</summary>
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, NoiseLevel at) =>
        network.Predict(Input(x), at.TimestepsFor(x), given is null ? null : _prompts ??= given.Part(0, x.shape[0]));

    /// <summary>The network's output for what stands against the prompts alone.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="at">Where the samples are.</param>
    public Tensor PredictAgainst(Tensor x, NoiseLevel at) =>
        network.Predict(Input(x), at.TimestepsFor(x), _against ??= given!.Part(given.Count - x.shape[0], x.shape[0]));

    /// <summary>The network's outputs for the prompts and for what stands against them, from one doubled batch.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="at">Where the samples are.</param>
    /// <returns>Two outputs, [N, C', H, W] each.</returns>
    public (Tensor Conditional, Tensor Unconditional) PredictBoth(Tensor x, NoiseLevel at)
    {
        var (input, t) = (Input(x), at.TimestepsFor(x));
        var halves = network.Predict(cat([input, input]), cat([t, t]), given).chunk(2);
        return (halves[0], halves[1]);
    }

    /// <summary>Frees what was made of what is given, which stays the caller's.</summary>
    public void Dispose()
    {
        _prompts?.Dispose();
        _against?.Dispose();
    }

    private Tensor Input(Tensor x) => images is null ? x : images.Concatenate(x);
}
