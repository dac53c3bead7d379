using System.Text.Json;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>The keys and shapes of an official checkpoint, compared with a network that holds no numbers.</summary>
internal static class CheckpointLayout
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = Create(golden.Json.Text("class"), golden.Json.Member("options"));
        var got = network.state_dict();
        var want = golden.Json.Member("keys").EnumerateObject()
            .ToDictionary(key => key.Name, key => key.Value.EnumerateArray().Select(length => length.GetInt64()));

        comparison.CheckExactly("keys", got.Keys.Order(StringComparer.Ordinal), want.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, tensor) in got) comparison.CheckExactly(key, tensor.shape, want.GetValueOrDefault(key, []));
        comparison.CheckExactly("total_parameters", [network.parameters().Sum(parameter => parameter.numel())],
            [golden.Json.Member("total_parameters").GetInt64()]);
        comparison.CheckExactly("float16_after_convert_to_fp16", HalfPrecision.ParameterNames(network).Order(StringComparer.Ordinal),
            golden.Json.Member("float16_after_convert_to_fp16").EnumerateArray().Select(key => key.GetString()!).Order(StringComparer.Ordinal));
    }

    private static nn.Module Create(string officialClass, JsonElement options) => officialClass switch
    {
        "UNetModel" or "SuperResModel" => new UNetModel(OfficialConfigs.Adm(
            options.Int(officialClass == "SuperResModel" ? "large_size" : "image_size"),
            options.Int("num_channels"),
            options.Int("num_res_blocks"),
            options.Text("attention_resolutions"),
            options.Int("num_heads"),
            options.Int("num_head_channels"),
            options.Bool("class_cond"),
            options.TryGetProperty("use_new_attention_order", out var newOrder) && newOrder.GetBoolean(),
            superRes: officialClass == "SuperResModel"), META),
        "EncoderUNetModel" => new EncoderUNetModel(OfficialConfigs.Classifier(
            options.Int("image_size"), options.Int("classifier_depth"), options.Int("classifier_width")), META),
        _ => new Text2ImUNet(OfficialConfigs.Glide(
            options.Int("image_size"), options.Int("num_res_blocks"), options.Bool("inpaint"), options.Bool("super_res")), META),
    };
}
