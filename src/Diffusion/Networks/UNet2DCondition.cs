// The UNet of latent diffusion (Rombach et al. 2022, arXiv:2112.10752), as diffusers' UNet2DConditionModel has it: Stable Diffusion 1 and 2, SDXL
// (Podell et al. 2023, arXiv:2307.01952), and in pixels DeepFloyd IF and Karlo's decoder.
// It does not know the noise schedule, the sampler, the guidance, or what its context was made of.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>f(x_t, t, context). Keys are those of diffusers' UNet2DConditionModel.</summary>
public sealed class UNet2DCondition : Network
{
    private readonly UNetEmbedding _embedding;
    private readonly Linear? _contextProjection;
    private readonly UNetBody _body;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public UNet2DCondition(UNet2DConditionConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        (_embedding, _contextProjection, _body) = Build(weights => (
            new UNetEmbedding(weights, config),
            config.EncoderHidDim is { } width ? new Linear(weights.Under("encoder_hid_proj"), width, config.CrossAttentionDim[0]) : null,
            new UNetBody(weights, config)));
    }

    /// <summary>Its shape.</summary>
    public UNet2DConditionConfig Config { get; }

    /// <summary>Computes what the network was trained to predict.</summary>
    /// <param name="x">x_t and what is concatenated with it, [N, InChannels, H, W].</param>
    /// <param name="timesteps">[N], or one for all as [] or [1]; of any type, may be fractional.</param>
    /// <param name="context">Encoded text, [N, L, W].</param>
    /// <param name="textEmbeds">SDXL's pooled text, [N, P].</param>
    /// <param name="timeIds">SDXL's original size, crop and target size, [N, 6].</param>
    /// <param name="classLabels">DeepFloyd IF's noise levels, [N]; Karlo's image embedding, [N, EmbeddingWidth].</param>
    /// <param name="contextMask">Which tokens are seen, [N, L] bool; null is all.</param>
    /// <param name="guidance">The embedded guidance scale of distilled networks, [N, TimeCondProjDim]; null adds nothing.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    /// <exception cref="ArgumentException">A condition is missing or has another width.</exception>
    public Tensor Forward(
        Tensor x, Tensor timesteps, Tensor context, Tensor? textEmbeds = null, Tensor? timeIds = null, Tensor? classLabels = null,
        Tensor? contextMask = null, Tensor? guidance = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var text = Cast(context);
        var embedding = _embedding.Forward(new Conditions(timesteps.expand(x.shape[0]), text, textEmbeds, timeIds, classLabels, guidance), Precision);
        if (_contextProjection is not null) text = _contextProjection.Forward(text);
        return _body.Forward(Cast(x), embedding, new Context(text, Mask(contextMask))).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // Not minus infinity, which makes no number of a text without tokens; as the networks were trained.
    private Tensor? Mask(Tensor? seen) => seen is null ? null : (S(1).Minus(Cast(seen)) * S(-10000)).unsqueeze(1).unsqueeze(1);
}
