// DiT (Peebles and Xie 2023, arXiv:2212.09748): a transformer over patches of latents, told time and class through its norms.
// It does not know the noise schedule, the guidance or the autoencoder.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>f(x_t, t, class). Keys are those of diffusers' DiTTransformer2DModel.</summary>
public sealed class DitTransformer2D : Network
{
    private const double Epsilon = 1e-6;

    private readonly Patches _patches;
    private readonly Block[] _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _modulation;
    private readonly Linear _out;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public DitTransformer2D(DitTransformer2DConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        _norm = new LayerNorm(config.Width, Epsilon);
        (_patches, _blocks, _modulation, _out) = Build(weights => (
            new Patches(weights.Under("pos_embed"), config.InChannels, config.Width, config.PatchSize),
            Enumerable.Range(0, config.NumLayers).Select(i => new Block(weights.Under($"transformer_blocks.{i}"), config)).ToArray(),
            new Linear(weights.Under("proj_out_1"), config.Width, 2L * config.Width),
            new Linear(weights.Under("proj_out_2"), config.Width, (long)config.PatchSize * config.PatchSize * (config.OutChannels ?? config.InChannels))));
    }

    /// <summary>Its shape.</summary>
    public DitTransformer2DConfig Config { get; }

    /// <summary>Computes what the network was trained to predict.</summary>
    /// <param name="x">x_t, [N, InChannels, H, W]; H and W multiples of the patch size.</param>
    /// <param name="timesteps">[N], or one for all.</param>
    /// <param name="labels">[N] int64, from 0; the number of classes is none.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    public Tensor Forward(Tensor x, Tensor timesteps, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var (size, rows, columns) = (Config.PatchSize, x.shape[2] / Config.PatchSize, x.shape[3] / Config.PatchSize);
        var positions = PositionTable.Create(Config.Width, rows, columns, Config.SampleSize / size, 1, x.device);
        var time = Cast(TimeMlp.Sinusoid(timesteps.expand(x.shape[0]), TimeText.Channels, shift: 1));
        var h = _patches.Forward(Cast(x)).Plus(Cast(positions));                                        // [N, T, C]
        foreach (var block in _blocks) h = h.Into(tokens => block.Forward(tokens, time, labels));

        var parts = _modulation.Forward(Activation.Silu(_blocks[0].Embed(time, labels))).unsqueeze(1).chunk(2, dim: -1);
        h = _out.Forward(Modulation.Apply(_norm.Forward(h), shift: parts[0], scale: parts[1]));
        return Patches.Join(h, rows, columns, size).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Attention and feed-forward layers, each between a modulated norm and a gate; every block embeds time and class for itself.</summary>
    private sealed class Block(TensorSource at, DitTransformer2DConfig config)
    {
        private readonly TimeMlp _time = new(at.Under("norm1.emb.timestep_embedder"), TimeText.Channels, config.Width);
        private readonly Embedding _classes = new(at.Under("norm1.emb.class_embedder.embedding_table"), config.NumEmbedsAdaNorm!.Value + 1, config.Width);
        private readonly Modulation _modulation = new(at.Under("norm1"), config.Width, 6);
        private readonly LayerNorm _norm1 = new(config.Width, Epsilon);
        private readonly CrossAttention _attention = new(at.Under("attn1"), config.Width, config.Width, config.NumAttentionHeads, bias: true);
        private readonly LayerNorm _norm2 = new(config.Width, config.NormEps);
        private readonly FeedForward _feedForward = new(at.Under("ff"), config.Width, config.ActivationFn);

        public Tensor Embed(Tensor time, Tensor labels) => _time.Forward(time).Plus(_classes.Forward(labels));

        public Tensor Forward(Tensor x, Tensor time, Tensor labels)
        {
            using var scope = NewDisposeScope();
            var m = _modulation.Forward(Embed(time, labels));       // shift, scale and gate of the attention, then of the feed-forward layers
            var y = Modulation.Apply(_norm1.Forward(x), m[0], m[1]);
            x = addcmul(x, m[2], _attention.Forward(y, y), S(1));
            y = Modulation.Apply(_norm2.Forward(x), m[3], m[4]);
            return addcmul(x, m[5], _feedForward.Forward(y), S(1)).MoveToOuterDisposeScope();
        }
    }
}
