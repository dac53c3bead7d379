using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>Tensors that are the same in every run, whatever other tests do.</summary>
internal sealed class RandomTensors(ulong seed) : IDisposable
{
    private readonly Generator _generator = new(seed);

    public Tensor Normal(params long[] shape) => randn(shape, generator: _generator);

    public Tensor Uniform(double low, double high, params long[] shape) => (S(high - low) * rand(shape, generator: _generator)).Plus(S(low));

    public void Dispose() => _generator.Dispose();
}
