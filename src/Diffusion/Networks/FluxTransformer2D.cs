// FLUX.1 (Black Forest Labs 2024): an MMDiT with rotary positions whose later blocks hold text and image in one sequence.
// It does not know the noise schedule, the text encoders or the autoencoder; its guidance is an embedding, not classifier-free.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.MmDit;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>The velocity of a flow, f(x_t, t, text). Keys are those of diffusers' FluxTransformer2DModel.</summary>
public sealed class FluxTransformer2D : Network
{
    private const double TimestepsOfSigma = 1000;

    private readonly Linear _image;
    private readonly TimeText _embedding;
    private readonly Linear _context;
    private readonly JointBlock[] _blocks;
    private readonly SingleBlock[] _singleBlocks;
    private readonly ModulatedNorm _norm;
    private readonly Linear _out;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public FluxTransformer2D(FluxTransformer2DConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var (width, heads) = (config.Width, config.NumAttentionHeads);
        (_image, _embedding, _context, _blocks, _singleBlocks, _norm, _out) = Build(weights => (
            new Linear(weights.Under("x_embedder"), config.InChannels, width),
            new TimeText(weights.Under("time_text_embed"), width, config.PooledProjectionDim, config.GuidanceEmbeds),
            new Linear(weights.Under("context_embedder"), config.JointAttentionDim, width),
            Enumerable.Range(0, config.NumLayers)
                .Select(i => new JointBlock(weights.Under($"transformer_blocks.{i}"), new JointShape(width, heads, Normed: true, TextFirst: true))).ToArray(),
            Enumerable.Range(0, config.NumSingleLayers).Select(i => new SingleBlock(weights.Under($"single_transformer_blocks.{i}"), width, heads)).ToArray(),
            new ModulatedNorm(weights.Under("norm_out"), width),
            new Linear(weights.Under("proj_out"), width, config.OutChannels ?? config.InChannels)));
    }

    /// <summary>Its shape.</summary>
    public FluxTransformer2DConfig Config { get; }

    /// <summary>Computes the velocity.</summary>
    /// <param name="x">Packed x_t, [N, T, InChannels], see <see cref="FluxLatents"/>.</param>
    /// <param name="timesteps">Sigma from 0 to 1, [N] or one for all.</param>
    /// <param name="context">Encoded text, [N, L, JointAttentionDim].</param>
    /// <param name="pooled">Pooled text, [N, PooledProjectionDim].</param>
    /// <param name="imageIds">Positions of patches, [T, 3], the same for all images.</param>
    /// <param name="textIds">Positions of tokens, [L, 3].</param>
    /// <param name="guidance">The guidance scale, [N] or one for all; for networks that are told one.</param>
    /// <returns>[N, T, OutChannels] float32.</returns>
    /// <exception cref="ArgumentException">The guidance scale is missing.</exception>
    public Tensor Forward(Tensor x, Tensor timesteps, Tensor context, Tensor pooled, Tensor imageIds, Tensor textIds, Tensor? guidance = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(context);
        if (Config.GuidanceEmbeds && guidance is null) throw new ArgumentException("this network needs a guidance scale");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var rotary = Positions(textIds, imageIds);
        var embedding = _embedding.Forward(Thousands(timesteps), Cast(pooled), guidance is null ? null : Thousands(guidance));
        var image = _image.Forward(Cast(x));                                                            // [N, T, C]
        var text = _context.Forward(Cast(context));                                                     // [N, L, C]
        foreach (var block in _blocks)
        {
            using var usedImage = image;
            using var usedText = text;
            (image, var next) = block.Forward(image, text, embedding, rotary);
            text = next!;
        }
        var length = text.shape[1];
        var both = cat([text, image], dim: 1);                                                          // [N, L + T, C]
        foreach (var block in _singleBlocks) both = both.Into(sequence => block.Forward(sequence, embedding, rotary));
        image = both.narrow(1, length, both.shape[1] - length);
        return _out.Forward(_norm.Forward(image, embedding)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();

        Tensor Thousands(Tensor numbers) => numbers.to_type(ScalarType.Float32).expand(x.shape[0]) * S(TimestepsOfSigma);
    }

    /// <summary>The angles of text, then image.</summary>
    internal Rotary Positions(Tensor textIds, Tensor imageIds) => Rotary.Create(cat([textIds, imageIds], dim: 0), Config.AxesDimsRope);
}
