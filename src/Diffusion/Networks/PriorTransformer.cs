// The prior of unCLIP (Ramesh et al. 2022, arXiv:2204.06125, section 2.2): a transformer that denoises CLIP's embedding of an image, given a text.
// It does not know the noise schedule, nor CLIP.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>z_0(z_t, t, text). Keys are those of diffusers' PriorTransformer.</summary>
public sealed class PriorTransformer : Network
{
    // As the network was trained: no minus infinity, and where two masks meet they add up.
    private const double Unseen = -10000;

    private readonly Inputs _inputs;
    private readonly Block[] _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _out;
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public PriorTransformer(PriorTransformerConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var result = config.ClipEmbedDim ?? config.EmbeddingDim;
        (_inputs, _blocks, _norm, _out, _mean, _deviation) = Build(weights => (
            new Inputs(weights, config),
            Enumerable.Range(0, config.NumLayers).Select(i => new Block(weights.Under($"transformer_blocks.{i}"), config)).ToArray(),
            new LayerNorm(weights.Under("norm_out"), config.Width),
            new Linear(weights.Under("proj_to_clip_embeddings"), config.Width, result),
            weights.Take("clip_mean", ScalarType.Float32, [1, result]),
            weights.Take("clip_std", ScalarType.Float32, [1, result])));
    }

    /// <summary>Its shape.</summary>
    public PriorTransformerConfig Config { get; }

    /// <summary>Predicts the embedding of the image.</summary>
    /// <param name="z">z_t, [N, E], or as several tokens [N, S, E].</param>
    /// <param name="timesteps">[N], or one for all.</param>
    /// <param name="pooled">Pooled text, [N, P].</param>
    /// <param name="context">The text's states, [N, L, E]; null for networks that see none.</param>
    /// <param name="contextMask">Which tokens are seen, [N, L] bool; with it, tokens see none behind them. Null is all, in both directions.</param>
    /// <returns>z_0, normalised, [N, C] float32, or [N, S, C] where it is read from z's own tokens.</returns>
    public Tensor Forward(Tensor z, Tensor timesteps, Tensor pooled, Tensor? context = null, Tensor? contextMask = null)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(pooled);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var x = _inputs.Forward(Cast(z), timesteps.expand(z.shape[0]), Cast(pooled), context is null ? null : Cast(context));
        var mask = contextMask is null ? null : Mask(contextMask, x.shape[1]);
        foreach (var block in _blocks) x = x.Into(tokens => block.Forward(tokens, mask));
        x = _norm.Forward(x);
        var own = z.dim() == 2 ? 1 : z.shape[1];
        x = Config.AddedEmbType == "prd" ? x.select(1, -1) : x.narrow(1, x.shape[1] - own, own);
        return _out.Forward(x.contiguous()).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the normalisation of embeddings back.</summary>
    /// <param name="embedding">[N, C].</param>
    /// <returns>[N, C] float32.</returns>
    public Tensor Denormalize(Tensor embedding)
    {
        using var scope = NewDisposeScope();
        return (embedding.to_type(ScalarType.Float32) * _deviation).Plus(_mean).MoveToOuterDisposeScope();
    }

    private Tensor Mask(Tensor seen, long length)
    {
        var unseen = nn.functional.pad(S(1).Minus(Cast(seen)) * S(Unseen), [0, length - seen.shape[1]]);                 // [N, T]
        var later = full(length, length, S(Unseen), dtype: Precision, device: seen.device).triu(1);
        return unseen.unsqueeze(1).Plus(later).unsqueeze(1);                                                // [N, 1, T, T]
    }

    /// <summary>The sequence: text, pooled text, time, z_t, and the token that the result is read from.</summary>
    private sealed class Inputs
    {
        private readonly Linear? _context;
        private readonly LayerNorm? _pooledNorm;
        private readonly Linear _pooled;
        private readonly TimeMlp _time;
        private readonly Linear _z;
        private readonly Tensor? _result;
        private readonly Tensor _positions;
        private readonly LayerNorm? _norm;
        private readonly int _width;

        public Inputs(TensorSource weights, PriorTransformerConfig config)
        {
            _width = config.Width;
            var pooledWidth = config.EmbeddingProjDim ?? config.EmbeddingDim;
            if (config.EncoderHidProjType is not null) _context = new Linear(weights.Under("encoder_hidden_states_proj"), config.EmbeddingDim, _width);
            if (config.EmbeddingProjNormType is not null) _pooledNorm = new LayerNorm(weights.Under("embedding_proj_norm"), pooledWidth);
            _pooled = new Linear(weights.Under("embedding_proj"), pooledWidth, _width);
            _time = new TimeMlp(weights.Under("time_embedding"), _width, _width, config.TimeEmbedActFn, inner: config.TimeEmbedDim);
            _z = new Linear(weights.Under("proj_in"), config.EmbeddingDim, _width);
            if (config.AddedEmbType is not null) _result = weights.Take("prd_embedding", null, [1, 1, _width]);
            _positions = weights.Take("positional_embedding", null, [1, config.NumEmbeddings + config.AdditionalEmbeddings, _width]);
            if (config.NormInType is not null) _norm = new LayerNorm(weights.Under("norm_in"), _width);
        }

        public Tensor Forward(Tensor z, Tensor timesteps, Tensor pooled, Tensor? context)
        {
            using var scope = NewDisposeScope();
            List<Tensor> tokens = [];
            if (_context is not null && context is not null) tokens.Add(_context.Forward(context));
            tokens.Add(_pooled.Forward(_pooledNorm is null ? pooled : _pooledNorm.Forward(pooled)).unsqueeze(1));
            tokens.Add(_time.Forward(TimeMlp.Sinusoid(timesteps, _width).to_type(z.dtype)).unsqueeze(1));
            var before = tokens.Sum(part => part.shape[1]);
            tokens.Add(_z.Forward(z.dim() == 2 ? z.unsqueeze(1) : z));
            if (_result is not null) tokens.Add(_result.expand(z.shape[0], -1, -1));
            var x = cat(tokens, dim: 1);                                                                // [N, T, C]
            // Networks without a text have positions for z alone.
            var positions = _positions.shape[1] < x.shape[1] ? nn.functional.pad(_positions, [0, 0, before, _result is null ? 0 : 1]) : _positions;
            x = x.Plus(positions);
            return (_norm is null ? x : _norm.Forward(x)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
    private sealed class Block(TensorSource at, PriorTransformerConfig config)
    {
        private readonly LayerNorm _norm1 = new(at.Under("norm1"), config.Width);
        private readonly CrossAttention _attention = new(at.Under("attn1"), config.Width, config.Width, config.NumAttentionHeads, bias: true);
        private readonly LayerNorm _norm2 = new(at.Under("norm3"), config.Width);
        private readonly FeedForward _feedForward = new(at.Under("ff"), config.Width, "gelu");

        public Tensor Forward(Tensor x, Tensor? mask)
        {
            using var scope = NewDisposeScope();
            var y = _norm1.Forward(x);
            x = _attention.Forward(y, y, mask).Plus(x);
            return _feedForward.Forward(_norm2.Forward(x)).Plus(x).MoveToOuterDisposeScope();
        }
    }
}
