using System.Text.Json;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>
/// A folder as diffusers writes it, of a model with random weights that is as small as it can be: Stable Diffusion with 32x32 pixels, or SDXL with weights in
/// shards and as a variant.
/// </summary>
internal sealed class TinyDiffusersFolder : IDisposable
{
    private const int Context = 16;

    private readonly bool _isXl;

    public TinyDiffusersFolder(string? path = null, bool isXl = false, string scheduler = "PNDMScheduler", object? schedulerSettings = null)
    {
        _isXl = isXl;
        FullName = path ?? Directory.CreateTempSubdirectory("diffusers-").FullName;
        var parts = new Dictionary<string, object?>
        {
            ["_class_name"] = isXl ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline",
            ["_diffusers_version"] = "0.32.2",
            ["scheduler"] = Part("diffusers", scheduler),
            ["text_encoder"] = Part("transformers", "CLIPTextModel"),
            ["tokenizer"] = Part("transformers", "CLIPTokenizer"),
            ["unet"] = Part("diffusers", "UNet2DConditionModel"),
            ["vae"] = Part("diffusers", "AutoencoderKL"),
            ["safety_checker"] = new string?[] { null, null },
        };
        if (isXl)
        {
            parts["text_encoder_2"] = Part("transformers", "CLIPTextModelWithProjection");
            parts["tokenizer_2"] = Part("transformers", "CLIPTokenizer");
            parts["force_zeros_for_empty_prompt"] = true;
        }
        WriteJson("model_index.json", parts);
        WriteJson("scheduler/scheduler_config.json", schedulerSettings ?? new Dictionary<string, object>
        {
            ["_class_name"] = scheduler,
            ["num_train_timesteps"] = 1000,
            ["beta_start"] = 0.00085,
            ["beta_end"] = 0.012,
            ["beta_schedule"] = "scaled_linear",
            ["set_alpha_to_one"] = false,
            ["skip_prk_steps"] = true,
            ["steps_offset"] = 1,
            ["clip_sample"] = false,
        });
        WriteText("text_encoder", "tokenizer", 32, "quick_gelu", "<|endoftext|>", 1);
        if (isXl) WriteText("text_encoder_2", "tokenizer_2", 32, "gelu", "!", 2);
        WriteUNet();
        WriteVae();
    }

    public string FullName { get; }

    /// <summary>Path of a file.</summary>
    public string this[string file] => Path.Combine(FullName, file);

    public void Dispose() => Directory.Delete(FullName, recursive: true);

    /// <summary>Writes a file as JSON.</summary>
    public void WriteJson(string file, object content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[file])!);
        File.WriteAllText(this[file], JsonSerializer.Serialize(content));
    }

    private void WriteText(string part, string tokenizer, int width, string activation, string padding, ulong seed)
    {
        var vocabulary = new Dictionary<string, int>();
        foreach (var suffix in new[] { "", "</w>" })
            foreach (var letter in Letters()) vocabulary.Add(letter + suffix, vocabulary.Count);
        foreach (var special in new[] { "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>" }) vocabulary.Add(special, vocabulary.Count);
        WriteJson($"{tokenizer}/vocab.json", vocabulary);
        File.WriteAllText(this[$"{tokenizer}/merges.txt"], "#version: 0.2\nc a\nca t</w>\n");
        WriteJson($"{tokenizer}/tokenizer_config.json", new { model_max_length = Context, pad_token = padding, tokenizer_class = "CLIPTokenizer" });
        var config = new Dictionary<string, object>
        {
            ["architectures"] = new[] { seed == 1 ? "CLIPTextModel" : "CLIPTextModelWithProjection" },
            ["vocab_size"] = vocabulary.Count,
            ["hidden_size"] = width,
            ["intermediate_size"] = 2 * width,
            ["projection_dim"] = width,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2,
            ["max_position_embeddings"] = Context,
            ["hidden_act"] = activation,
            ["eos_token_id"] = 2,
        };
        WriteJson($"{part}/config.json", config);
        var shape = NetworkConfig.Read<ClipTextConfig>(this[$"{part}/config.json"]);
        Write($"{part}/model.safetensors", Weights(source => new ClipTextModel(shape, source), seed, key => seed == 2 || key != "text_projection.weight"));
    }

    private void WriteUNet()
    {
        var config = new Dictionary<string, object>
        {
            ["_class_name"] = "UNet2DConditionModel",
            ["sample_size"] = 8,
            ["in_channels"] = 4,
            ["out_channels"] = 4,
            ["down_block_types"] = new[] { "CrossAttnDownBlock2D", "DownBlock2D" },
            ["up_block_types"] = new[] { "UpBlock2D", "CrossAttnUpBlock2D" },
            ["block_out_channels"] = new[] { 16, 32 },
            ["layers_per_block"] = 1,
            ["norm_num_groups"] = 8,
            ["cross_attention_dim"] = _isXl ? 64 : 32,
            ["attention_head_dim"] = 4,
        };
        if (_isXl)
        {
            config["addition_embed_type"] = "text_time";
            config["addition_time_embed_dim"] = 8;
            config["projection_class_embeddings_input_dim"] = 32 + 6 * 8;
            config["use_linear_projection"] = true;
        }
        WriteJson("unet/config.json", config);
        var shape = NetworkConfig.Read<UNet2DConditionConfig>(this["unet/config.json"]);
        var weights = Weights(source => new UNet2DCondition(shape, source), 3);
        if (!_isXl)
        {
            Write("unet/diffusion_pytorch_model.safetensors", weights);
            return;
        }
        // In two shards with an index.
        var half = weights.Count / 2;
        string[] shards = ["diffusion_pytorch_model-00001-of-00002.safetensors", "diffusion_pytorch_model-00002-of-00002.safetensors"];
        Write($"unet/{shards[0]}", weights[..half]);
        Write($"unet/{shards[1]}", weights[half..]);
        WriteJson("unet/diffusion_pytorch_model.safetensors.index.json", new { metadata = new { total_size = 0 }, weight_map = weights.Select((entry, i) => (entry.Key, shards[i < half ? 0 : 1])).ToDictionary() });
    }

    private void WriteVae()
    {
        WriteJson("vae/config.json", new Dictionary<string, object>
        {
            ["_class_name"] = "AutoencoderKL",
            ["in_channels"] = 3,
            ["out_channels"] = 3,
            ["down_block_types"] = new[] { "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D" },
            ["up_block_types"] = new[] { "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D" },
            ["block_out_channels"] = new[] { 8, 8, 16 },
            ["layers_per_block"] = 1,
            ["latent_channels"] = 4,
            ["norm_num_groups"] = 4,
            ["scaling_factor"] = 0.18215,
        });
        var shape = NetworkConfig.Read<AutoencoderKlConfig>(this["vae/config.json"]);
        // As the variant alone, in half precision, which holds these small numbers well enough to tell that it was read.
        Write(_isXl ? "vae/diffusion_pytorch_model.fp16.safetensors" : "vae/diffusion_pytorch_model.safetensors",
            [.. Weights(source => new AutoencoderKl(shape, source), 4).Select(entry => KeyValuePair.Create(entry.Key, _isXl ? entry.Value.to_type(ScalarType.Float16) : entry.Value))]);
    }

    private void Write(string file, IEnumerable<KeyValuePair<string, Tensor>> tensors) => Safetensors.Write(this[file], [.. tensors]);

    private static List<KeyValuePair<string, Tensor>> Weights<TNetwork>(Func<TensorSource, TNetwork> create, ulong seed, Func<string, bool>? has = null) where TNetwork : IDisposable
    {
        var needed = new ShapeSource(ScalarType.Float32, has);
        create(needed).Dispose();
        var random = new Random((int)seed);
        return [.. needed.Taken.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Numbers(entry.Key, entry.Value)))];

        // Norms keep what they are given; all else is small and random.
        Tensor Numbers(string key, TensorEntry entry)
        {
            var isNorm = entry.Shape.Length == 1 && key.EndsWith("weight", StringComparison.Ordinal);
            return tensor([.. Enumerable.Range(0, (int)entry.Elements).Select(_ => isNorm ? 1 : (float)(0.2 * random.NextDouble() - 0.1))], entry.Shape);
        }
    }

    // The characters of GPT-2's vocabularies: those that can be seen stand for their own bytes, and characters from 256 on for the others.
    private static IEnumerable<string> Letters()
    {
        var visible = Enumerable.Range(33, 94).Concat(Enumerable.Range(161, 12)).Concat(Enumerable.Range(174, 82)).ToList();
        return visible.Concat(Enumerable.Range(256, 256 - visible.Count)).Select(character => ((char)character).ToString());
    }

    private static string[] Part(string library, string name) => [library, name];
}
