using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>The embedding of timestep, pooled text and, of distilled networks, the guidance scale (keys timestep_embedder, text_embedder, guidance_embedder).</summary>
internal sealed class TimeText(TensorSource at, int width, int textWidth, bool guided = false)
{
    /// <summary>Channels of the sinusoids of all transformers here.</summary>
    public const int Channels = 256;

    private readonly TimeMlp _time = new(at.Under("timestep_embedder"), Channels, width);
    private readonly TimeMlp? _guidance = guided ? new TimeMlp(at.Under("guidance_embedder"), Channels, width) : null;
    private readonly TimeMlp _text = new(at.Under("text_embedder"), textWidth, width);

    /// <param name="timesteps">[N] from 0 to 1000.</param>
    /// <param name="pooled">[N, P] in the network's precision.</param>
    /// <param name="guidance">[N], or null where there is none.</param>
    /// <returns>[N, C].</returns>
    public Tensor Forward(Tensor timesteps, Tensor pooled, Tensor? guidance = null)
    {
        using var scope = NewDisposeScope();
        var embedding = _time.Forward(TimeMlp.Sinusoid(timesteps, Channels).to_type(pooled.dtype));
        if (_guidance is not null && guidance is not null) embedding = embedding.Plus(_guidance.Forward(TimeMlp.Sinusoid(guidance, Channels).to_type(pooled.dtype)));
        return embedding.Plus(_text.Forward(pooled)).MoveToOuterDisposeScope();
    }
}
