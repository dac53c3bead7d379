// The encoder of T5 (Raffel et al. 2020, arXiv:1910.10683) and T5 1.1: a bidirectional transformer whose attention knows distances only.
// It does not know how texts become tokens, nor what its states condition.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>T5's encoder, as PixArt, Stable Diffusion 3, FLUX and DeepFloyd IF use it. Keys are those of transformers' T5EncoderModel.</summary>
/// <remarks>The largest ones overflow in float16; bfloat16 and float32 do not.</remarks>
public sealed class T5Encoder : Network
{
    // Far below any score, and within float16.
    private const double Unseen = -30000;

    private readonly Embedding _tokens;
    private readonly Layer[] _layers;
    private readonly Embedding _distances;
    private readonly RmsNorm _finalNorm;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights; the tokens' may be called shared or encoder.embed_tokens.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public T5Encoder(T5Config config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        (_tokens, _layers, _distances, _finalNorm) = Build(weights => (
            new Embedding(weights.Under(weights.Has("shared.weight") ? "shared" : "encoder.embed_tokens"), config.VocabSize, config.DModel),
            Enumerable.Range(0, config.NumLayers).Select(i => new Layer(weights.Under($"encoder.block.{i}"), config)).ToArray(),
            new Embedding(weights.Under("encoder.block.0.layer.0.SelfAttention.relative_attention_bias"), config.RelativeAttentionNumBuckets, config.NumHeads),
            new RmsNorm(weights.Under("encoder.final_layer_norm"), config.DModel, config.LayerNormEpsilon)));
    }

    /// <summary>Its shape.</summary>
    public T5Config Config { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="ids">[N, L] int64.</param>
    /// <param name="mask">Which tokens are seen, [N, L] of bool or of 0 and 1; null is all, as Stable Diffusion 3 and FLUX have it.</param>
    /// <returns>[N, L, W] float32, after the final norm.</returns>
    public Tensor Forward(Tensor ids, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var x = _tokens.Forward(ids);                                                                   // [N, L, W]
        var bias = _distances.Forward(Buckets((int)ids.shape[1], Config).to(ids.device)).permute(2, 0, 1).unsqueeze(0);     // [1, H, L, L]
        if (mask is not null) bias = bias.Plus((S(1).Minus(Cast(mask)) * S(Unseen)).unsqueeze(1).unsqueeze(1));
        bias = bias.contiguous();
        foreach (var layer in _layers) x = x.Into(states => layer.Forward(states, bias));
        return _finalNorm.Forward(x).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Which range the distance from a query to a key is in: half of them for either direction, of those half exact and half logarithmic.</summary>
    /// <returns>[L, L] int64, queries first.</returns>
    internal static Tensor Buckets(int length, T5Config config)
    {
        var (half, exact) = (config.RelativeAttentionNumBuckets / 2, config.RelativeAttentionNumBuckets / 4);
        // In float32 as the original, or bounds between ranges would move.
        var scale = (float)Math.Log(config.RelativeAttentionMaxDistance / (double)exact);
        var buckets = new long[length * length];
        for (var query = 0; query < length; query++)
        {
            for (var key = 0; key < length; key++)
            {
                var distance = Math.Abs(key - query);
                var range = distance < exact ? distance : Math.Min(half - 1, exact + (int)(MathF.Log(distance / (float)exact) / scale * (half - exact)));
                buckets[(query * length) + key] = range + (key > query ? half : 0);
            }
        }
        return tensor(buckets, [length, length]);
    }

    /// <summary>x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
    private sealed class Layer
    {
        private readonly RmsNorm _norm1;
        private readonly Linear _q;
        private readonly Linear _k;
        private readonly Linear _v;
        private readonly Linear _out;
        private readonly RmsNorm _norm2;
        private readonly Linear _in;
        private readonly Linear? _gate;
        private readonly Linear _last;
        private readonly T5Config _config;

        public Layer(TensorSource at, T5Config config)
        {
            _config = config;
            var (attention, feedForward, width, inner) = (at.Under("layer.0.SelfAttention"), at.Under("layer.1.DenseReluDense"), config.DModel, config.NumHeads * config.DKv);
            _norm1 = new RmsNorm(at.Under("layer.0.layer_norm"), width, config.LayerNormEpsilon);
            _q = new Linear(attention.Under("q"), width, inner, bias: false);
            _k = new Linear(attention.Under("k"), width, inner, bias: false);
            _v = new Linear(attention.Under("v"), width, inner, bias: false);
            _out = new Linear(attention.Under("o"), inner, width, bias: false);
            _norm2 = new RmsNorm(at.Under("layer.1.layer_norm"), width, config.LayerNormEpsilon);
            var gated = config.FeedForwardProj == "gated-gelu";
            _in = new Linear(feedForward.Under(gated ? "wi_1" : "wi"), width, config.DFf, bias: false);
            _gate = gated ? new Linear(feedForward.Under("wi_0"), width, config.DFf, bias: false) : null;
            _last = new Linear(feedForward.Under("wo"), config.DFf, width, bias: false);
        }

        public Tensor Forward(Tensor x, Tensor bias)
        {
            using var scope = NewDisposeScope();
            var y = _norm1.Forward(x);
            // Scores are not divided by sqrt(C) here, so queries take that back.
            var q = _q.Forward(y) * S(Math.Sqrt(_config.DKv));
            x = _out.Forward(MultiHead.Attend(q, _k.Forward(y), _v.Forward(y), _config.NumHeads, bias)).Plus(x);
            y = _norm2.Forward(x);
            y = _gate is null ? nn.functional.relu(_in.Forward(y)) : Activation.GeluTanh(_gate.Forward(y)) * _in.Forward(y);
            return _last.Forward(y).Plus(x).MoveToOuterDisposeScope();
        }
    }
}
