using System.Text.Json;
using Atelier.Diffusion.Networks;

namespace Atelier.Golden.Networks;

/// <summary>Official constructors' arguments as configurations of ours, and the networks that they describe.</summary>
internal static class NetworkCase
{
    /// <summary>The case's GLIDE network with the case's weights.</summary>
    public static Text2ImUNet LoadText2Im(this GoldenCase golden) => golden.Load(new Text2ImUNet(ReadText2Im(golden)));

    /// <summary>The case's class-conditional or unconditional network with the case's weights.</summary>
    public static UNetModel LoadUNetModel(this GoldenCase golden) => golden.Load(new UNetModel(ReadUNetModel(golden)));

    /// <summary>The classifier that a member of case.json describes, with the weights of a prefix.</summary>
    public static EncoderUNetModel LoadClassifier(this GoldenCase golden, string member = "config", string prefix = "state.")
    {
        var config = golden.Json.Member(member);
        return golden.Load(new EncoderUNetModel(Body(config, new EncoderUNetConfig
        {
            ImageSize = config.Int("image_size"),
            Pool = Enum.Parse<ClassifierPool>(config.Text("pool").Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            UseNewAttentionOrder = config.Bool("use_new_attention_order"),
            OutChannels = config.Int("out_channels"),
            ModelChannels = 0,
            NumResBlocks = 0,
            AttentionResolutions = [],
            ChannelMult = [],
        })), prefix);
    }

    /// <summary>Images that the case's network sees beside x_t; what is absent of an inpainting case is unknown everywhere.</summary>
    public static ConcatenatedImages Images(this GoldenCase golden) => new(
        golden.InputOrNull("low_res"), golden.InputOrNull("inpaint_image"), golden.InputOrNull("inpaint_mask"));

    public static int Int(this JsonElement config, string name) => config.Member(name).GetInt32();

    public static bool Bool(this JsonElement config, string name) => config.Member(name).GetBoolean();

    public static string Text(this JsonElement config, string name) => config.Member(name).GetString()!;

    // The official classes add the channels of the concatenated images to those they are told.
    private static int ConcatenatedChannels(string officialClass) => officialClass.Split('.')[^1] switch
    {
        "SuperResText2ImUNet" or "SuperResModel" => 3,
        "InpaintText2ImUNet" => 4,
        "SuperResInpaintText2ImUnet" => 7,
        _ => 0,
    };

    private static Text2ImConfig ReadText2Im(GoldenCase golden)
    {
        var config = golden.Json.Member("config");
        return Body(config, new Text2ImConfig
        {
            TextCtx = config.Int("text_ctx"),
            XfWidth = config.Int("xf_width"),
            XfLayers = config.Int("xf_layers"),
            XfHeads = config.Int("xf_heads"),
            XfFinalLn = config.Bool("xf_final_ln"),
            XfPadding = config.Bool("xf_padding"),
            XfAr = config.TryGetProperty("xf_ar", out var weight) ? weight.GetDouble() : 0,
            VocabularySize = config.Int("n_vocab"),
            InChannels = config.Int("in_channels") + ConcatenatedChannels(golden.Json.Text("class")),
            OutChannels = config.Int("out_channels"),
            ModelChannels = 0,
            NumResBlocks = 0,
            AttentionResolutions = [],
            ChannelMult = [],
        });
    }

    private static UNetModelConfig ReadUNetModel(GoldenCase golden)
    {
        var config = golden.Json.Member("config");
        return Body(config, new UNetModelConfig
        {
            NumClasses = config.Member("num_classes") is { ValueKind: JsonValueKind.Number } classes ? classes.GetInt32() : null,
            UseNewAttentionOrder = config.Bool("use_new_attention_order"),
            InChannels = config.Int("in_channels") + ConcatenatedChannels(golden.Json.Text("class")),
            OutChannels = config.Int("out_channels"),
            ModelChannels = 0,
            NumResBlocks = 0,
            AttentionResolutions = [],
            ChannelMult = [],
        });
    }

    private static TConfig Body<TConfig>(JsonElement config, TConfig rest) where TConfig : UNetConfig => rest with
    {
        ModelChannels = config.Int("model_channels"),
        NumResBlocks = config.Int("num_res_blocks"),
        AttentionResolutions = [.. config.Member("attention_resolutions").EnumerateArray().Select(factor => factor.GetInt32())],
        Dropout = config.Member("dropout").GetDouble(),
        ChannelMult = [.. config.Member("channel_mult").EnumerateArray().Select(factor => factor.GetDouble())],
        NumHeads = config.Int("num_heads"),
        NumHeadChannels = config.Int("num_head_channels"),
        NumHeadsUpsample = config.Int("num_heads_upsample"),
        UseScaleShiftNorm = config.Bool("use_scale_shift_norm"),
        ResBlockUpDown = config.Bool("resblock_updown"),
    };
}
