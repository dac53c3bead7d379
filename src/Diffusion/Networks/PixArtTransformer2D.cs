// PixArt (Chen et al. 2024, arXiv:2310.00426; PixArt-Sigma: arXiv:2403.04692): a diffusion transformer that attends to text, with one modulation for all blocks.
// It does not know the noise schedule, the guidance, the text encoder or the autoencoder.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>f(x_t, t, text). Keys are those of diffusers' PixArtTransformer2DModel.</summary>
public sealed class PixArtTransformer2D : Network
{
    private const double Epsilon = 1e-6;

    private readonly Patches _patches;
    private readonly TimeAndSizes _time;
    private readonly Linear _captionIn;
    private readonly Linear _captionOut;
    private readonly Block[] _blocks;
    private readonly LayerNorm _norm;
    private readonly Tensor _table;
    private readonly Linear _out;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public PixArtTransformer2D(PixArtTransformer2DConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var width = config.Width;
        _norm = new LayerNorm(width, Epsilon);
        (_patches, _time, _captionIn, _captionOut, _blocks, _table, _out) = Build(weights => (
            new Patches(weights.Under("pos_embed"), config.InChannels, width, config.PatchSize),
            new TimeAndSizes(weights.Under("adaln_single"), config),
            new Linear(weights.Under("caption_projection.linear_1"), config.CaptionChannels!.Value, width),
            new Linear(weights.Under("caption_projection.linear_2"), width, width),
            Enumerable.Range(0, config.NumLayers).Select(i => new Block(weights.Under($"transformer_blocks.{i}"), config)).ToArray(),
            weights.Take("scale_shift_table", null, [2, width]),
            new Linear(weights.Under("proj_out"), width, (long)config.PatchSize * config.PatchSize * (config.OutChannels ?? config.InChannels))));
    }

    /// <summary>Its shape.</summary>
    public PixArtTransformer2DConfig Config { get; }

    /// <summary>Computes what the network was trained to predict.</summary>
    /// <param name="x">x_t, [N, InChannels, H, W]; H and W multiples of the patch size.</param>
    /// <param name="timesteps">[N], or one for all.</param>
    /// <param name="context">T5's states, [N, L, CaptionChannels].</param>
    /// <param name="contextMask">Which tokens are seen, [N, L] of bool or of 0 and 1; null is all.</param>
    /// <param name="resolution">Height and width of the image in pixels, [N, 2]; for networks that know sizes.</param>
    /// <param name="aspectRatio">Height over width, [N, 1]; for networks that know sizes.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    /// <exception cref="ArgumentException">A size is missing.</exception>
    public Tensor Forward(Tensor x, Tensor timesteps, Tensor context, Tensor? contextMask = null, Tensor? resolution = null, Tensor? aspectRatio = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var (size, rows, columns) = (Config.PatchSize, x.shape[2] / Config.PatchSize, x.shape[3] / Config.PatchSize);
        var positions = PositionTable.Create(Config.Width, rows, columns, Config.SampleSize / size, Config.PositionScale, x.device);
        var (modulation, embedding) = _time.Forward(timesteps.expand(x.shape[0]), resolution, aspectRatio, Precision);
        var text = _captionOut.Forward(Activation.GeluTanh(_captionIn.Forward(Cast(context))));         // [N, L, C]
        // Not minus infinity, which makes no number of a text without tokens; as the network was trained.
        var mask = contextMask is null ? null : (S(1).Minus(Cast(contextMask)) * S(-10000)).unsqueeze(1).unsqueeze(1);
        var h = _patches.Forward(Cast(x)).Plus(Cast(positions));                                        // [N, T, C]
        foreach (var block in _blocks) h = h.Into(tokens => block.Forward(tokens, modulation, new Context(text, mask)));

        var parts = _table.unsqueeze(0).Plus(embedding.unsqueeze(1)).chunk(2, dim: 1);
        h = _out.Forward(Modulation.Apply(_norm.Forward(h), shift: parts[0], scale: parts[1]));
        return Patches.Join(h, rows, columns, size).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The embedding of time and sizes, and the one modulation that all blocks start from.</summary>
    private sealed class TimeAndSizes
    {
        private readonly TimeMlp _time;
        private readonly TimeMlp? _resolution;
        private readonly TimeMlp? _aspectRatio;
        private readonly Linear _modulation;
        private readonly int _width;

        public TimeAndSizes(TensorSource at, PixArtTransformer2DConfig config)
        {
            _width = config.Width;
            _time = new TimeMlp(at.Under("emb.timestep_embedder"), TimeText.Channels, _width);
            if (config.KnowsSizes)
            {
                _resolution = new TimeMlp(at.Under("emb.resolution_embedder"), TimeText.Channels, _width / 3);
                _aspectRatio = new TimeMlp(at.Under("emb.aspect_ratio_embedder"), TimeText.Channels, _width / 3);
            }
            _modulation = new Linear(at.Under("linear"), _width, 6L * _width);
        }

        /// <returns>[N, 6, C] and [N, C].</returns>
        public (Tensor Modulation, Tensor Embedding) Forward(Tensor timesteps, Tensor? resolution, Tensor? aspectRatio, ScalarType precision)
        {
            var embedding = Embed(_time, timesteps);
            if (_resolution is not null && _aspectRatio is not null)
            {
                if (resolution is null || aspectRatio is null) throw new ArgumentException("this network needs resolution and aspect ratio");
                embedding = embedding.Plus(cat([Embed(_resolution, resolution), Embed(_aspectRatio, aspectRatio)], dim: 1));
            }
            return (_modulation.Forward(Activation.Silu(embedding)).view(-1, 6, _width), embedding);

            Tensor Embed(TimeMlp layers, Tensor numbers) =>
                layers.Forward(TimeMlp.Sinusoid(numbers.reshape(-1), TimeText.Channels).to_type(precision)).view(timesteps.shape[0], -1);
        }
    }

    /// <summary>Self-attention and feed-forward layers, each between a modulated norm and a gate; between the two, attention to the text.</summary>
    private sealed class Block(TensorSource at, PixArtTransformer2DConfig config)
    {
        private readonly Tensor _table = at.Take("scale_shift_table", null, [6, config.Width]);
        private readonly LayerNorm _norm = new(config.Width, config.NormEps);
        private readonly CrossAttention _self = new(at.Under("attn1"), config.Width, config.Width, config.NumAttentionHeads, bias: true);
        private readonly CrossAttention _cross = new(at.Under("attn2"), config.Width, config.Width, config.NumAttentionHeads, bias: true);
        private readonly FeedForward _feedForward = new(at.Under("ff"), config.Width, config.ActivationFn);

        public Tensor Forward(Tensor x, Tensor modulation, Context context)
        {
            using var scope = NewDisposeScope();
            var m = _table.unsqueeze(0).Plus(modulation).chunk(6, dim: 1);      // shift, scale and gate of the self-attention, then of the feed-forward layers
            var y = Modulation.Apply(_norm.Forward(x), m[0], m[1]);
            x = addcmul(x, m[2], _self.Forward(y, y), S(1));
            x = _cross.Forward(x, context.Sequence, context.Mask).Plus(x);
            y = Modulation.Apply(_norm.Forward(x), m[3], m[4]);
            return addcmul(x, m[5], _feedForward.Forward(y), S(1)).MoveToOuterDisposeScope();
        }
    }
}
