using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;

namespace Atelier.Diffusion.Networks;

/// <summary>The shape of a <see cref="UNet2DCondition"/>: config.json of a UNet2DConditionModel.</summary>
public record UNet2DConditionConfig : NetworkConfig
{
    /// <summary>Channels of the input: those of x_t, and of what is concatenated with it.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Width and height of what it was trained on, in its own pixels; left to the caller.</summary>
    public int SampleSize { get; init; } = 64;

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; init; } = 4;

    /// <summary>Kind of each level's block on the way down.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"];

    /// <summary>Kind of the block in the middle; null for none.</summary>
    public string? MidBlockType { get; init; } = "UNetMidBlock2DCrossAttn";

    /// <summary>Kind of each level's block on the way up.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"];

    /// <summary>Whether images attend to the context only, never to themselves; for Simple blocks.</summary>
    public PerBlock<bool> OnlyCrossAttention { get; init; } = false;

    /// <summary>Channels of each level.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [320, 640, 1280, 1280];

    /// <summary>Residual blocks of a level on the way down; one more on the way up.</summary>
    public PerBlock<int> LayersPerBlock { get; init; } = 2;

    /// <summary>What the middle block's residual blocks are divided by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary>Activation.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Groups of the norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Epsilon of the norms, but those before transformers.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Width of the context that attentions see.</summary>
    public PerBlock<int> CrossAttentionDim { get; init; } = 1280;

    /// <summary>Transformer blocks of one attention.</summary>
    public PerBlock<int> TransformerLayersPerBlock { get; init; } = 1;

    /// <summary>Width of the context that is given, which a layer brings to <see cref="CrossAttentionDim"/>; null where it has that already.</summary>
    public int? EncoderHidDim { get; init; }

    /// <summary>How that is done: text_proj, or null for none.</summary>
    public string? EncoderHidDimType { get; init; }

    /// <summary>Attention heads in CrossAttn blocks, in spite of the name; channels of a head in Simple blocks.</summary>
    public PerBlock<int> AttentionHeadDim { get; init; } = 8;

    /// <summary>Whether transformers are entered and left by linear layers instead of 1x1 convolutions: the same numbers under other shapes.</summary>
    public bool UseLinearProjection { get; init; }

    /// <summary>What class labels are: timestep, identity, or null for none.</summary>
    public string? ClassEmbedType { get; init; }

    /// <summary>What is added to the embedding of the timestep: text_time (SDXL), text (DeepFloyd IF), or null for nothing.</summary>
    public string? AdditionEmbedType { get; init; }

    /// <summary>Channels of the sinusoid of each time id.</summary>
    public int? AdditionTimeEmbedDim { get; init; }

    /// <summary>Heads of the pooling of added text.</summary>
    public int AdditionEmbedTypeNumHeads { get; init; } = 64;

    /// <summary>Width of pooled text and sinusoids of time ids together.</summary>
    public int? ProjectionClassEmbeddingsInputDim { get; init; }

    /// <summary>How the embedding meets residual blocks: default (added), or scale_shift.</summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary>Whether residual blocks take the embedding without an activation.</summary>
    public bool ResnetSkipTimeAct { get; init; }

    /// <summary>What the residual blocks of Resnet and Simple blocks are divided by.</summary>
    public double ResnetOutScaleFactor { get; init; } = 1;

    /// <summary>Width of the embedding; null is four times the first level's channels.</summary>
    public int? TimeEmbeddingDim { get; init; }

    /// <summary>Activation of the finished embedding; null for none.</summary>
    public string? TimeEmbeddingActFn { get; init; }

    /// <summary>Width of a condition on the guidance scale, of distilled networks; null for none.</summary>
    public int? TimeCondProjDim { get; init; }

    /// <summary>Kernel of the first convolution.</summary>
    public int ConvInKernel { get; init; } = 3;

    /// <summary>Kernel of the last convolution.</summary>
    public int ConvOutKernel { get; init; } = 3;

    /// <summary>Norm of the context in Simple blocks: group_norm, layer_norm, or null for none.</summary>
    public string? CrossAttentionNorm { get; init; }

    /// <summary>Number of levels.</summary>
    [JsonIgnore]
    public int Levels => BlockOutChannels.Count;

    /// <summary>Width of the embedding of time, class and text.</summary>
    [JsonIgnore]
    public int EmbeddingWidth => TimeEmbeddingDim ?? 4 * BlockOutChannels[0];

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireWithin("sample_size", SampleSize, 1, 4096);
        RequireWithin("in_channels", InChannels, 1, 256);
        RequireWithin("out_channels", OutChannels, 1, 256);
        Require(Levels is >= 1 and <= 10, "block_out_channels", $"of {Levels} levels", "1 to 10 levels");
        RequireWithin("norm_num_groups", NormNumGroups, 1, 1024);
        foreach (var channels in BlockOutChannels)
            Require(channels is >= 1 and <= 16384 && channels % NormNumGroups == 0, "block_out_channels", channels, $"multiples of norm_num_groups {NormNumGroups} up to 16384");
        Require(BlockOutChannels[0] % 2 == 0, "block_out_channels", BlockOutChannels[0], "an even first number");
        Require(DownBlockTypes.Count == Levels, "down_block_types", $"of {DownBlockTypes.Count} levels", $"{Levels} levels");
        Require(UpBlockTypes.Count == Levels, "up_block_types", $"of {UpBlockTypes.Count} levels", $"{Levels} levels");
        foreach (var type in DownBlockTypes) RequireOneOf("down_block_types", type, BlockKind.DownNames);
        foreach (var type in UpBlockTypes) RequireOneOf("up_block_types", type, BlockKind.UpNames);
        RequireOneOf("mid_block_type", MidBlockType, BlockKind.MidNames);
        Require(LayersPerBlock.Fits(Levels, layers => layers is >= 1 and <= 32), "layers_per_block", LayersPerBlock, "1 to 32, or one a level");
        Require(TransformerLayersPerBlock.Fits(Levels, layers => layers is >= 1 and <= 64), "transformer_layers_per_block", TransformerLayersPerBlock, "1 to 64, or one a level");
        Require(CrossAttentionDim.Fits(Levels, width => width is >= 1 and <= 16384), "cross_attention_dim", CrossAttentionDim, "1 to 16384, or one a level");
        Require(OnlyCrossAttention.Fits(Levels, _ => true), "only_cross_attention", OnlyCrossAttention, "true or false, or one a level");
        Require(AttentionHeadDim.Fits(Levels, heads => heads >= 1), "attention_head_dim", AttentionHeadDim, "1 or more, or one a level");
        for (var level = 0; level < Levels; level++)
        {
            RequireHeads(DownBlockTypes[level], level, level);
            RequireHeads(UpBlockTypes[level], Levels - 1 - level, level);
        }
        if (MidBlockType is not null) RequireHeads(MidBlockType, Levels - 1, Levels - 1);
        RequireOneOf("act_fn", ActFn, Activation.Names);
        RequireOneOf("time_embedding_act_fn", TimeEmbeddingActFn, [null, .. Activation.Names]);
        RequireOneOf("resnet_time_scale_shift", ResnetTimeScaleShift, "default", "scale_shift");
        RequireOneOf("class_embed_type", ClassEmbedType, null, "timestep", "identity");
        RequireOneOf("addition_embed_type", AdditionEmbedType, null, "text_time", "text");
        RequireOneOf("encoder_hid_dim_type", EncoderHidDimType, null, "text_proj");
        RequireOneOf("cross_attention_norm", CrossAttentionNorm, null, "group_norm", "layer_norm");
        Require(NormEps is > 0 and < 1, "norm_eps", NormEps, "above 0 to below 1");
        Require(ConvInKernel is 1 or 3 or 5 or 7, "conv_in_kernel", ConvInKernel, "1, 3, 5 or 7");
        Require(ConvOutKernel is 1 or 3 or 5 or 7, "conv_out_kernel", ConvOutKernel, "1, 3, 5 or 7");
        Require(ResnetOutScaleFactor is > 0 and < 100, "resnet_out_scale_factor", ResnetOutScaleFactor, "above 0 to below 100");
        Require(MidBlockScaleFactor is > 0 and < 100, "mid_block_scale_factor", MidBlockScaleFactor, "above 0 to below 100");
        RequireWithin("time_embedding_dim", EmbeddingWidth, 1, 1 << 16);
        RequireWithin("encoder_hid_dim", EncoderHidDim ?? 1, 1, 1 << 16);
        RequireWithin("time_cond_proj_dim", TimeCondProjDim ?? 1, 1, 1 << 16);
        Require((EncoderHidDim is null) == (EncoderHidDimType is null), "encoder_hid_dim_type", EncoderHidDimType, "text_proj with encoder_hid_dim, null without");
        if (AdditionEmbedType == "text_time")
        {
            RequireWithin("addition_time_embed_dim", AdditionTimeEmbedDim ?? 0, 2, 1 << 14);
            RequireWithin("projection_class_embeddings_input_dim", ProjectionClassEmbeddingsInputDim ?? 0, 1, 1 << 16);
        }
        else if (AdditionEmbedType == "text")
        {
            var width = EncoderHidDim ?? CrossAttentionDim[0];
            Require(AdditionEmbedTypeNumHeads >= 1 && width % AdditionEmbedTypeNumHeads == 0, "addition_embed_type_num_heads", AdditionEmbedTypeNumHeads, $"a divisor of {width}");
        }
        if (CrossAttentionNorm == "group_norm")
            Require(CrossAttentionDim.Values.All(width => width % 32 == 0), "cross_attention_dim", CrossAttentionDim, "a multiple of 32 with cross_attention_norm group_norm");
        ValidateOthers();
    }

    // Lists are read from the first level on, but by Simple blocks on the way up from the first block on.
    private void RequireHeads(string type, int level, int block)
    {
        var attention = BlockKind.Of(type).Attention;
        if (attention == BlockAttention.None) return;
        var setting = attention == BlockAttention.Joint ? block : level;
        Require(
            BlockOutChannels[level] % AttentionHeadDim[setting] == 0, "attention_head_dim", AttentionHeadDim[setting], $"a divisor of {BlockOutChannels[level]} channels");
        Require(attention == BlockAttention.Joint || !OnlyCrossAttention[setting], "only_cross_attention", OnlyCrossAttention, "false in CrossAttn blocks");
    }

    private void ValidateOthers()
    {
        Only("center_input_sample", "false");
        Only("flip_sin_to_cos", "true");
        Only("freq_shift", "0");
        Only("downsample_padding", "1");
        Only("reverse_transformer_layers_per_block", "null");
        Only("num_attention_heads", "null");
        Only("dual_cross_attention", "false", "null");
        Only("num_class_embeds", "null");
        Only("time_embedding_type", "\"positional\"");
        Only("timestep_post_act", "null");
        Only("attention_type", "\"default\"");
        Only("class_embeddings_concat", "false");
        Only("mid_block_only_cross_attention", "null");
    }
}
