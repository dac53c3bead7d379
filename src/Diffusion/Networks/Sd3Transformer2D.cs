// MMDiT, the network of Stable Diffusion 3 (Esser et al. 2024, arXiv:2403.03206), and of 3.5 with normed queries and keys and a second attention.
// It does not know the noise schedule, the guidance, the text encoders or the autoencoder.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.MmDit;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>The velocity of a flow, f(x_t, t, text). Keys are those of diffusers' SD3Transformer2DModel.</summary>
public sealed class Sd3Transformer2D : Network
{
    private readonly Patches _patches;
    private readonly Tensor _positions;
    private readonly TimeText _embedding;
    private readonly Linear _context;
    private readonly JointBlock[] _blocks;
    private readonly ModulatedNorm _norm;
    private readonly Linear _out;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public Sd3Transformer2D(Sd3Transformer2DConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var (width, last) = (config.Width, config.NumLayers - 1);
        (_patches, _positions, _embedding, _context, _blocks, _norm, _out) = Build(weights => (
            new Patches(weights.Under("pos_embed"), config.InChannels, width, config.PatchSize),
            weights.Take("pos_embed.pos_embed", null, [1, (long)config.PosEmbedMaxSize * config.PosEmbedMaxSize, width]),
            new TimeText(weights.Under("time_text_embed"), width, config.PooledProjectionDim),
            new Linear(weights.Under("context_embedder"), config.JointAttentionDim, width),
            Enumerable.Range(0, config.NumLayers).Select(i => new JointBlock(weights.Under($"transformer_blocks.{i}"), new JointShape(
                width, config.NumAttentionHeads, Normed: config.QkNorm is not null, Dual: config.DualAttentionLayers.Contains(i), Last: i == last))).ToArray(),
            new ModulatedNorm(weights.Under("norm_out"), width),
            new Linear(weights.Under("proj_out"), width, (long)config.PatchSize * config.PatchSize * (config.OutChannels ?? config.InChannels))));
    }

    /// <summary>Its shape.</summary>
    public Sd3Transformer2DConfig Config { get; }

    /// <summary>Computes the velocity.</summary>
    /// <param name="x">x_t, [N, InChannels, H, W]; H and W multiples of the patch size, of at most as many patches as there are positions.</param>
    /// <param name="timesteps">1000 sigma, [N] or one for all.</param>
    /// <param name="context">Encoded text, [N, L, JointAttentionDim].</param>
    /// <param name="pooled">Pooled text, [N, PooledProjectionDim].</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    /// <exception cref="ArgumentException">The image is too large.</exception>
    public Tensor Forward(Tensor x, Tensor timesteps, Tensor context, Tensor pooled)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(pooled);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var (size, rows, columns) = (Config.PatchSize, x.shape[2] / Config.PatchSize, x.shape[3] / Config.PatchSize);
        var h = _patches.Forward(Cast(x)).Plus(Positions(rows, columns));                               // [N, T, C]
        var embedding = _embedding.Forward(timesteps.expand(x.shape[0]), Cast(pooled));
        Tensor? text = _context.Forward(Cast(context));                                                 // [N, L, C]
        foreach (var block in _blocks)
        {
            using var usedImage = h;
            using var usedText = text;
            (h, text) = block.Forward(h, text!, embedding);
        }
        h = _out.Forward(_norm.Forward(h, embedding));
        return Patches.Join(h, rows, columns, size).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // Those in the middle of the square that the checkpoint has.
    private Tensor Positions(long rows, long columns)
    {
        var most = Config.PosEmbedMaxSize;
        if (rows > most || columns > most) throw new ArgumentException($"an image of {rows} x {columns} patches is too large; allowed: up to {most} x {most}");
        return _positions.view(1, most, most, -1).narrow(1, (most - rows) / 2, rows).narrow(2, (most - columns) / 2, columns).reshape(1, rows * columns, -1);
    }
}
