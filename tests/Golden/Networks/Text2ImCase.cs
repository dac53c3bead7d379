using System.Text.Json;
using Atelier.Diffusion.Networks;

namespace Atelier.Golden.Networks;

/// <summary>What the cases of a Text2ImUNet have in common.</summary>
internal static class Text2ImCase
{
    /// <summary>The case's network with the case's weights.</summary>
    public static Text2ImUNet LoadNetwork(this GoldenCase golden) => golden.Load(new Text2ImUNet(ReadConfig(golden.Json.Member("config"))));

    /// <summary>The official constructor's arguments as a configuration of ours.</summary>
    private static Text2ImConfig ReadConfig(JsonElement config)
    {
        return new Text2ImConfig
        {
            TextCtx = Int("text_ctx"),
            XfWidth = Int("xf_width"),
            XfLayers = Int("xf_layers"),
            XfHeads = Int("xf_heads"),
            XfFinalLn = Bool("xf_final_ln"),
            XfPadding = Bool("xf_padding"),
            XfAr = config.TryGetProperty("xf_ar", out var weight) ? weight.GetDouble() : 0,
            VocabularySize = Int("n_vocab"),
            InChannels = Int("in_channels"),
            ModelChannels = Int("model_channels"),
            OutChannels = Int("out_channels"),
            NumResBlocks = Int("num_res_blocks"),
            AttentionResolutions = Ints("attention_resolutions"),
            Dropout = config.Member("dropout").GetDouble(),
            ChannelMult = Ints("channel_mult"),
            NumHeads = Int("num_heads"),
            NumHeadChannels = Int("num_head_channels"),
            NumHeadsUpsample = Int("num_heads_upsample"),
            UseScaleShiftNorm = Bool("use_scale_shift_norm"),
            ResBlockUpDown = Bool("resblock_updown"),
        };

        int Int(string name) => config.Member(name).GetInt32();
        bool Bool(string name) => config.Member(name).GetBoolean();
        int[] Ints(string name) => [.. config.Member(name).EnumerateArray().Select(value => value.GetInt32())];
    }
}
