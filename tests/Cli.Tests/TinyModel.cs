using System.Text.Json.Nodes;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using Atelier.Shapes;
using TorchSharp;

namespace Atelier.Cli.Tests;

/// <summary>The smallest model that has every part.</summary>
internal static class TinyModel
{
    /// <summary>Writes a model.json.</summary>
    public static string WriteConfig(string path, int channels = 32, int blocks = 1, int vocabulary = 1000, bool inpaints = false)
    {
        const string Diffusion = """{ "timesteps": 100, "noise_schedule": "squaredcos_cap_v2" }""";
        var upsampler = inpaints ? $$""", "upsampler": { "image_size": 32, "network": {{Network(10)}}, "diffusion": {{Diffusion}}, "respacing": "3" }""" : "";
        File.WriteAllText(path, $$"""{ "kind": "glide", "image_size": 16, "network": {{Network(inpaints ? 7 : 3)}}, "diffusion": {{Diffusion}}{{upsampler}} }""");
        return path;

        string Network(int inputs) => $$"""
            { "in_channels": {{inputs}}, "model_channels": {{channels}}, "num_res_blocks": {{blocks}}, "attention_resolutions": [2], "channel_mult": [1, 1],
              "num_head_channels": 32, "use_scale_shift_norm": true, "text_ctx": 16, "xf_width": 32, "xf_layers": 1, "xf_heads": 2, "xf_final_ln": true,
              "xf_padding": true, "vocabulary_size": {{vocabulary}} }
            """;
    }

    /// <summary>Writes a model folder with random weights, those of the last layer too, so that it draws something.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="inpaints">Whether the model inpaints, and has an upsampler to 32x32 that does.</param>
    public static string Write(string path, bool inpaints = false)
    {
        using var parts = new TemporaryFolder();
        var scenes = new SceneSource(1, SceneSplit.Training, maxObjects: 2);
        var captions = Enumerable.Range(0, 200).Select(i => scenes.Captioned(i).Caption);
        var vocabulary = BpeTrainer.Train(captions, 300, parts["tokenizer"]).VocabularySize;
        var config = (GlideConfig)NativeFolder.ReadConfig(WriteConfig(parts["model.json"], vocabulary: vocabulary, inpaints: inpaints));

        using var network = RandomNetwork(config.Network);
        NativeFolder.Write(path, config, network, parts["tokenizer"]);
        if (config.Upsampler is null) return path;
        using var upsampler = RandomNetwork(config.Upsampler.Network);
        Safetensors.Write(Path.Combine(path, NativeFolder.UpsamplerFile), [.. upsampler.state_dict()]);
        return path;
    }

    private static Text2ImUNet RandomNetwork(Text2ImConfig config)
    {
        torch.manual_seed(1);
        var network = new Text2ImUNet(config);
        using (torch.no_grad())
            foreach (var parameter in network.parameters().Where(parameter => parameter.count_nonzero().item<long>() == 0))
                parameter.normal_(0, 0.1);
        return network;
    }

    /// <summary>Adds an upsampler or a classifier to a model.json.</summary>
    public static void Describe(string model, string network, int classes = 64)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "model.json")))!;
        var unet = $$"""
            "model_channels": 32, "num_res_blocks": 1, "attention_resolutions": [], "channel_mult": [1, 1], "num_head_channels": 32
            """;
        json[network] = JsonNode.Parse(network == "classifier"
            ? $$"""{ {{unet}}, "image_size": 16, "pool": "attention", "out_channels": {{classes}} }"""
            : $$"""
                { "image_size": 32, "respacing": "3", "diffusion": { "timesteps": 100, "noise_schedule": "linear" },
                  "network": { {{unet}}, "in_channels": 6, "text_ctx": 16, "xf_width": 32, "xf_layers": 1, "xf_heads": 2, "xf_final_ln": true, "xf_padding": true,
                    "vocabulary_size": {{json["network"]!["vocabulary_size"]}} } }
                """);
        File.WriteAllText(Path.Combine(model, "model.json"), json.ToJsonString());
    }
}
