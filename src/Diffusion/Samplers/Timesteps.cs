using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// Where the samples of a batch are in time, as a network is asked about it: one timestep for all of them, known to the host, or one each.
/// </summary>
public readonly struct Timesteps
{
    private readonly double _original, _network;
    private readonly Tensor? _each;

    /// <summary>One for all samples.</summary>
    /// <param name="original">In [0, T), may be fractional.</param>
    /// <param name="network">The same as the network counts it.</param>
    public Timesteps(double original, double network) => (_original, _network) = (original, network);

    /// <summary>One for each sample.</summary>
    /// <param name="each">[N] int64 in [0, T).</param>
    /// <param name="scale">What the network counts for one timestep.</param>
    public Timesteps(Tensor each, double scale) => _each = scale == 1 ? each : each.to_type(ScalarType.Float32) * S(scale);

    /// <summary>The timestep of all samples in [0, T), however the network counts.</summary>
    /// <exception cref="InvalidOperationException">Samples have timesteps of their own.</exception>
    public double Original => _each is null ? _original : throw new InvalidOperationException("every sample has a timestep of its own");

    /// <summary>What the network is given.</summary>
    /// <param name="x">x_t, of N samples.</param>
    /// <returns>[N].</returns>
    public Tensor For(Tensor x) => _each ?? full(x.shape[0], S(_network), dtype: float32, device: x.device);
}
