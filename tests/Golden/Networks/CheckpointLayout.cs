using System.Globalization;
using System.Text.Json;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>The keys and shapes of the official text-to-image checkpoint, compared with a network that holds no numbers.</summary>
internal static class CheckpointLayout
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = new Text2ImUNet(ReadConfig(golden.Json), META);
        var got = network.state_dict();
        var want = golden.Json.Member("keys").EnumerateObject()
            .ToDictionary(key => key.Name, key => key.Value.EnumerateArray().Select(length => length.GetInt64()));

        comparison.CheckExactly("keys", got.Keys.Order(StringComparer.Ordinal), want.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, tensor) in got) comparison.CheckExactly(key, tensor.shape, want.GetValueOrDefault(key, []));
        comparison.CheckExactly("total_parameters", [network.parameters().Sum(parameter => parameter.numel())],
            [golden.Json.Member("total_parameters").GetInt64()]);
        comparison.LeaveOut("convert_to_fp16", ["float16_after_convert_to_fp16"]);
    }

    // The options of the official create_model: resolutions in pixels, and widths that follow from the image's size.
    private static Text2ImConfig ReadConfig(JsonElement checkpoint)
    {
        var options = checkpoint.Member("options");
        var vocabulary = checkpoint.Member("keys").Member("token_embedding.weight")[0].GetInt32();
        return new Text2ImConfig
        {
            TextCtx = Int("text_ctx"),
            XfWidth = Int("xf_width"),
            XfLayers = Int("xf_layers"),
            XfHeads = Int("xf_heads"),
            XfFinalLn = Bool("xf_final_ln"),
            XfPadding = Bool("xf_padding"),
            VocabularySize = vocabulary,
            ModelChannels = Int("num_channels"),
            NumResBlocks = Int("num_res_blocks"),
            AttentionResolutions = [.. options.Member("attention_resolutions").GetString()!.Split(',')
                .Select(pixels => Int("image_size") / int.Parse(pixels, CultureInfo.InvariantCulture))],
            ChannelMult = Int("image_size") == 64 ? [1, 2, 3, 4] : throw new NotSupportedException($"image_size {Int("image_size")}"),
            NumHeads = Int("num_heads"),
            NumHeadChannels = Int("num_head_channels"),
            NumHeadsUpsample = Int("num_heads_upsample"),
            UseScaleShiftNorm = Bool("use_scale_shift_norm"),
            ResBlockUpDown = Bool("resblock_updown"),
        };

        int Int(string name) => options.Member(name).GetInt32();
        bool Bool(string name) => options.Member(name).GetBoolean();
    }
}
