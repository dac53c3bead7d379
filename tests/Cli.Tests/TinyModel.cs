using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Shapes;
using TorchSharp;

namespace Atelier.Cli.Tests;

/// <summary>The smallest model that has every part.</summary>
internal static class TinyModel
{
    /// <summary>Writes a model.json.</summary>
    public static string WriteConfig(string path, int channels = 32, int blocks = 1, int vocabulary = 1000)
    {
        File.WriteAllText(path, $$"""
            { "kind": "glide", "image_size": 16,
              "network": {
                "model_channels": {{channels}}, "num_res_blocks": {{blocks}}, "attention_resolutions": [2], "channel_mult": [1, 1], "num_head_channels": 32,
                "use_scale_shift_norm": true, "text_ctx": 16, "xf_width": 32, "xf_layers": 1, "xf_heads": 2, "xf_final_ln": true, "xf_padding": true,
                "vocabulary_size": {{vocabulary}} },
              "diffusion": { "timesteps": 100, "noise_schedule": "squaredcos_cap_v2" } }
            """);
        return path;
    }

    /// <summary>Writes a model folder with random weights, those of the last layer too, so that it draws something.</summary>
    public static string Write(string path)
    {
        using var parts = new TemporaryFolder();
        var scenes = new SceneSource(1, SceneSplit.Training, maxObjects: 2);
        var captions = Enumerable.Range(0, 200).Select(i => scenes.Captioned(i).Caption);
        var vocabulary = BpeTrainer.Train(captions, 300, parts["tokenizer"]).VocabularySize;
        var config = (GlideConfig)ModelFolder.ReadConfig(WriteConfig(parts["model.json"], vocabulary: vocabulary));

        torch.manual_seed(1);
        using var network = new Text2ImUNet(config.Network);
        using (torch.no_grad())
            foreach (var parameter in network.parameters().Where(parameter => parameter.count_nonzero().item<long>() == 0))
                parameter.normal_(0, 0.1);
        ModelFolder.Write(path, config, network, parts["tokenizer"]);
        return path;
    }
}
