// What the decoder of Karlo, an unCLIP (Ramesh et al. 2022, arXiv:2204.06125, section 2.1), is told of an image embedding and a text.
// It does not know where either comes from, nor how guidance uses the embedding of no image.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>The context and the embedding for a decoder. Keys are those of diffusers' UnCLIPTextProjModel.</summary>
public sealed class UnClipTextProjection : Network
{
    private readonly Tensor _noImage;
    private readonly Linear _pooled;
    private readonly Linear _image;
    private readonly Linear _tokens;
    private readonly Linear _text;
    private readonly LayerNorm _norm;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public UnClipTextProjection(UnClipTextProjectionConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var (clip, context) = (config.ClipEmbeddingsDim, config.CrossAttentionDim);
        (_noImage, _pooled, _image, _tokens, _text, _norm) = Build(weights => (
            weights.Take("learned_classifier_free_guidance_embeddings", null, [clip]),
            new Linear(weights.Under("embedding_proj"), clip, config.TimeEmbedDim),
            new Linear(weights.Under("clip_image_embeddings_project_to_time_embeddings"), clip, config.TimeEmbedDim),
            new Linear(weights.Under("clip_extra_context_tokens_proj"), clip, (long)config.ClipExtraContextTokens * context),
            new Linear(weights.Under("encoder_hidden_states_proj"), clip, context),
            new LayerNorm(weights.Under("text_encoder_hidden_states_norm"), context)));
    }

    /// <summary>Its shape.</summary>
    public UnClipTextProjectionConfig Config { get; }

    /// <summary>What stands for an image embedding where there is none, [N, E] float32.</summary>
    /// <param name="count">N.</param>
    public Tensor NoImage(long count)
    {
        using var scope = NewDisposeScope();
        return _noImage.to_type(ScalarType.Float32).unsqueeze(0).repeat(count, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Makes what the decoder is told.</summary>
    /// <param name="image">Image embeddings, [N, E].</param>
    /// <param name="pooled">Pooled text, [N, E].</param>
    /// <param name="text">The text's states, [N, L, E].</param>
    /// <returns>The context: the image's tokens, then the text's, [N, extra + L, C]; and the embedding for class labels, [N, T]. Both float32.</returns>
    public (Tensor Context, Tensor Embedding) Forward(Tensor image, Tensor pooled, Tensor text)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(pooled);
        ArgumentNullException.ThrowIfNull(text);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        image = Cast(image);
        var embedding = _image.Forward(image).Plus(_pooled.Forward(Cast(pooled)));
        var extra = _tokens.Forward(image).view(image.shape[0], -1, Config.ClipExtraContextTokens).transpose(1, 2);     // [N, extra, C]
        var context = cat([extra, _norm.Forward(_text.Forward(Cast(text)))], dim: 1);
        return (context.to_type(ScalarType.Float32).MoveToOuterDisposeScope(), embedding.to_type(ScalarType.Float32).MoveToOuterDisposeScope());
    }
}
