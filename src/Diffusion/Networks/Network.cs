using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// A network for inference: it owns the tensors that it took from its source, and has no gradients. Inputs are of any floating-point type and on the
/// network's device; inside, matrix products are in <see cref="Precision"/>; outputs are float32.
/// </summary>
public abstract class Network : IDisposable
{
    private readonly Owned _weights;

    /// <summary>Keeps what the network takes.</summary>
    /// <param name="source">Where it takes its tensors from.</param>
    private protected Network(TensorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _weights = new Owned(source);
    }

    /// <summary>What matrix products are computed in.</summary>
    public ScalarType Precision => _weights.Precision;

    /// <summary>Where the network is.</summary>
    public Device Device => _weights.Device;

    /// <summary>How many numbers it has.</summary>
    public long Parameters { get; private set; }

    /// <summary>Where layers take their tensors from, so that the network owns them.</summary>
    private protected TensorSource Weights => _weights;

    /// <summary>Builds the layers; when that fails, what they took is freed.</summary>
    /// <param name="build">Makes them.</param>
    private protected T Build<T>(Func<TensorSource, T> build)
    {
        try
        {
            var layers = build(_weights);
            Parameters = _weights.Taken.Sum(tensor => tensor.numel());
            return layers;
        }
        catch
        {
            _weights.Free();
            throw;
        }
    }

    /// <summary>An input as the layers want it.</summary>
    private protected Tensor Cast(Tensor input) => input.to_type(Precision);

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        _weights.Free();
        GC.SuppressFinalize(this);
    }

    private sealed class Owned(TensorSource source) : TensorSource(source.Precision, source.Device)
    {
        public List<Tensor> Taken { get; } = [];

        public override Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape)
        {
            var tensor = source.Take(key, precision, shape);
            // Convolutions are faster so, and then images and sequences of their pixels are the same memory.
            if (shape.Length == 4 && shape[2] * shape[3] > 1)
            {
                using var scope = NewDisposeScope();
                using var given = tensor;
                tensor = TensorMemory.ChannelsLast(given).DetachFromDisposeScope();
            }
            Taken.Add(tensor);
            return tensor;
        }

        public override bool Has(string key) => source.Has(key);

        public void Free()
        {
            foreach (var tensor in Taken) tensor.Dispose();
            Taken.Clear();
        }
    }
}
