using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>What all blocks of one level have in common.</summary>
/// <param name="config">The network.</param>
/// <param name="index">Number of the level, the first being the finest.</param>
/// <param name="kind">Kind of the block.</param>
/// <param name="resnet">Its residual blocks.</param>
internal sealed class UNetLevel(UNet2DConditionConfig config, int index, BlockKind kind, ResnetShape resnet)
{
    public int Channels { get; } = config.BlockOutChannels[index];

    public BlockKind Kind { get; } = kind;

    /// <summary>A residual block of the level, whose input may be wider or narrower.</summary>
    public ResnetBlock Resnet(TensorSource at, int channels, Resampling resampling = Resampling.None) => new(at, channels, Channels, resnet, resampling);

    /// <summary>An attention of the level; null where the image does not attend.</summary>
    /// <param name="at">Where.</param>
    /// <param name="setting">Which entry of attention_head_dim and only_cross_attention holds; lists of Simple blocks are read from the first on, also on the way up.</param>
    public IImageAttention? Attention(TensorSource at, int setting) => Kind.Attention switch
    {
        BlockAttention.Transformer => new SpatialTransformer(
            at, Channels, config.CrossAttentionDim[index], config.AttentionHeadDim[index], config.TransformerLayersPerBlock[index],
            config.NormNumGroups, config.UseLinearProjection),
        BlockAttention.Joint => new JointAttention(
            at, Channels, config.CrossAttentionDim[index], config.AttentionHeadDim[setting], config.NormNumGroups, config.CrossAttentionNorm,
            config.OnlyCrossAttention[setting]),
        _ => null,
    };
}

/// <summary>A residual block and what attends after it.</summary>
internal readonly record struct UNetLayer(ResnetBlock Resnet, IImageAttention? Attention)
{
    /// <summary>[N, C, H, W] to [N, D, H, W].</summary>
    public Tensor Forward(Tensor x, Tensor embedding, Context context)
    {
        using var scope = NewDisposeScope();
        var h = Resnet.Forward(x, embedding);
        return (Attention is null ? h : Attention.Forward(h, context)).MoveToOuterDisposeScope();
    }
}
