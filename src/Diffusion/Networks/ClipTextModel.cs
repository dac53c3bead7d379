// The text encoder of CLIP (Radford et al. 2021, arXiv:2103.00020, section 2.4): a causal transformer.
// It does not know how texts become tokens, nor which of its states condition what.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>CLIP's text encoder, as Stable Diffusion, SDXL and others use it. Keys are those of transformers' CLIPTextModel.</summary>
public sealed class ClipTextModel : Network
{
    // What old configs say instead of the token that ends a text; see transformers' pull request 24773.
    private const int WrongEos = 2;

    private readonly Layer[] _layers;
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly LayerNorm _finalNorm;
    private readonly Linear? _projection;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights; text_projection is optional.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public ClipTextModel(ClipTextConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        (_tokens, _positions, _layers, _finalNorm, _projection) = Build(weights =>
        {
            var text = weights.Under("text_model");
            return (
                new Embedding(text.Under("embeddings.token_embedding"), config.VocabSize, config.HiddenSize),
                new Embedding(text.Under("embeddings.position_embedding"), config.MaxPositionEmbeddings, config.HiddenSize),
                Enumerable.Range(0, config.NumHiddenLayers).Select(i => new Layer(text.Under($"encoder.layers.{i}"), config)).ToArray(),
                new LayerNorm(text.Under("final_layer_norm"), config.HiddenSize, config.LayerNormEps),
                weights.Has("text_projection.weight")
                    ? new Linear(weights.Under("text_projection"), config.HiddenSize, config.ProjectionDim, bias: false)
                    : null);
        });
    }

    /// <summary>Its shape.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="ids">[N, L] int64 with the tokens that begin and end a text; L up to the longest sequence. Padding is not masked: it lies behind.</param>
    public ClipTextOutput Forward(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var x = _tokens.Forward(ids).Plus(_positions.First(ids.shape[1]));                              // [N, L, W]
        List<Tensor> states = [x];
        foreach (var layer in _layers) states.Add(x = layer.Forward(x));
        x = _finalNorm.Forward(x);

        var ends = (Config.EosTokenId == WrongEos ? ids : ids.eq(S((long)Config.EosTokenId)).to_type(ScalarType.Int64)).argmax(-1);     // [N]
        var pooled = x[arange(S(0L), S(ids.shape[0]), S(1L), device: ids.device), ends];
        if (_projection is not null) pooled = _projection.Forward(pooled);
        return new ClipTextOutput(Result(x), [.. states.Select(Result)], Result(pooled));
    }

    /// <summary>The final norm, for whoever uses the states of an earlier layer.</summary>
    /// <param name="states">[N, L, W], one of <see cref="ClipTextOutput.HiddenStates"/>.</param>
    /// <returns>[N, L, W] float32.</returns>
    public Tensor Normalize(Tensor states)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return Result(_finalNorm.Forward(Cast(states)));
    }

    private static Tensor Result(Tensor tensor) => tensor.to_type(ScalarType.Float32).MoveToOuterDisposeScope();

    /// <summary>x + attention(norm(x)), then x + mlp(norm(x)).</summary>
    private sealed class Layer(TensorSource at, ClipTextConfig config)
    {
        private readonly LayerNorm _norm1 = new(at.Under("layer_norm1"), config.HiddenSize, config.LayerNormEps);
        private readonly Linear _q = new(at.Under("self_attn.q_proj"), config.HiddenSize, config.HiddenSize);
        private readonly Linear _k = new(at.Under("self_attn.k_proj"), config.HiddenSize, config.HiddenSize);
        private readonly Linear _v = new(at.Under("self_attn.v_proj"), config.HiddenSize, config.HiddenSize);
        private readonly Linear _out = new(at.Under("self_attn.out_proj"), config.HiddenSize, config.HiddenSize);
        private readonly LayerNorm _norm2 = new(at.Under("layer_norm2"), config.HiddenSize, config.LayerNormEps);
        private readonly Linear _first = new(at.Under("mlp.fc1"), config.HiddenSize, config.IntermediateSize);
        private readonly Linear _second = new(at.Under("mlp.fc2"), config.IntermediateSize, config.HiddenSize);
        private readonly Func<Tensor, Tensor> _activation = Activation.Of(config.HiddenAct);

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = _norm1.Forward(x);
            y = MultiHead.Attend(_q.Forward(y), _k.Forward(y), _v.Forward(y), config.NumAttentionHeads, causal: true);
            x = x.Plus(_out.Forward(y));
            return x.Plus(_second.Forward(_activation(_first.Forward(_norm2.Forward(x))))).MoveToOuterDisposeScope();
        }
    }
}
