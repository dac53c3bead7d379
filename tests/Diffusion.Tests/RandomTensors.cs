using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>Tensors that are the same in every run, whatever other tests do.</summary>
internal sealed class RandomTensors(ulong seed) : IDisposable
{
    private readonly Generator _generator = new(seed);

    public Tensor Normal(params long[] shape) => randn(shape, generator: _generator);

    public Tensor Uniform(double low, double high, params long[] shape) => (S(high - low) * rand(shape, generator: _generator)).Plus(S(low));

    /// <summary>Replaces the random weights of a fresh network, which come from a generator that other tests draw from too; zeros and ones stay.</summary>
    public static void FillWeights(nn.Module network, ulong seed)
    {
        using var random = new RandomTensors(seed);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var parameter in network.parameters().Where(parameter => parameter.min().item<float>() < parameter.max().item<float>()))
            parameter.copy_(random.Normal(parameter.shape) * S(0.05));
    }

    public void Dispose() => _generator.Dispose();
}
