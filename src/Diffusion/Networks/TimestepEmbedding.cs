using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Sinusoidal embeddings of timesteps (Vaswani et al. 2017, arXiv:1706.03762, section 3.5), cosines first.</summary>
public static class TimestepEmbedding
{
    /// <summary>[cos(t f_0).. cos(t f_{h-1}), sin(t f_0).. sin(t f_{h-1})] with f_i = maxPeriod^(-i / h), h = channels / 2.</summary>
    /// <param name="timesteps">[N], any numeric type; may be fractional.</param>
    /// <param name="channels">Width of the embedding; an odd width ends in a zero.</param>
    /// <param name="maxPeriod">The longest period over 2 pi.</param>
    /// <returns>[N, channels] float32 in [-1, 1].</returns>
    public static Tensor Embed(Tensor timesteps, int channels, double maxPeriod = 10000)
    {
        var half = channels / 2;
        var frequencies = exp(arange(S(0), S(half), S(1), dtype: float32, device: timesteps.device) * S(-Math.Log(maxPeriod) / half));
        var angles = timesteps.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);
        var embedding = cat([cos(angles), sin(angles)], dim: -1);
        return channels % 2 == 0 ? embedding : nn.functional.pad(embedding, [0, 1]);
    }

    /// <summary>The two layers that every network puts on top: [N, ModelChannels] to [N, 4 * ModelChannels].</summary>
    internal static Sequential CreateLayers(UNetConfig config, Device? device) => nn.Sequential(
        nn.Linear(config.ModelChannels, config.EmbeddingChannels, device: device),
        nn.SiLU(),
        nn.Linear(config.EmbeddingChannels, config.EmbeddingChannels, device: device));
}
