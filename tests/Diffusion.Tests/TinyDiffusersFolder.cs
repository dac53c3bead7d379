using System.Text;
using System.Text.Json;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>
/// A folder as diffusers writes it, of a model of one of the families with random weights that is as small as it can be and draws 32x32 pixels. SDXL's has weights in
/// shards and as a variant.
/// </summary>
internal sealed class TinyDiffusersFolder : IDisposable
{
    public const string StableDiffusion = "StableDiffusionPipeline", StableDiffusionXl = "StableDiffusionXLPipeline", PixArt = "PixArtAlphaPipeline", StableDiffusion3 = "StableDiffusion3Pipeline", Flux = "FluxPipeline", Inpainting = "StableDiffusionInpaintPipeline";

    private const int Context = 16, Width = 32;

    private readonly Dictionary<string, object?> _index = [];

    public TinyDiffusersFolder(string? path = null, string pipeline = StableDiffusion, string? scheduler = null)
    {
        FullName = path ?? Directory.CreateTempSubdirectory("diffusers-").FullName;
        _index["_class_name"] = pipeline;
        _index["_diffusers_version"] = "0.32.2";
        _index["safety_checker"] = new string?[] { null, null };
        WriteScheduler(scheduler ?? (pipeline is StableDiffusion3 or Flux ? "FlowMatchEulerDiscreteScheduler" : pipeline == PixArt ? "DPMSolverMultistepScheduler" : "PNDMScheduler"), pipeline);
        switch (pipeline)
        {
            case StableDiffusion:
            case Inpainting:
                WriteClip("text_encoder", "tokenizer", "quick_gelu", "<|endoftext|>", 1, isProjected: false);
                WriteUNet(isXl: false, pipeline == Inpainting ? 9 : 4);
                break;
            case StableDiffusionXl:
                WriteClip("text_encoder", "tokenizer", "quick_gelu", "<|endoftext|>", 1, isProjected: false);
                WriteClip("text_encoder_2", "tokenizer_2", "gelu", "!", 2, isProjected: true);
                _index["force_zeros_for_empty_prompt"] = true;
                WriteUNet(isXl: true, 4);
                break;
            case PixArt:
                WriteT5("text_encoder", "tokenizer", 64);
                WriteTransformer("PixArtTransformer2DModel", new { num_attention_heads = 2, attention_head_dim = 16, in_channels = 4, out_channels = 8, num_layers = 2, cross_attention_dim = 32, caption_channels = 64, sample_size = 8, patch_size = 2, norm_type = "ada_norm_single", norm_elementwise_affine = false, norm_eps = 1e-6 },
                    (config, source) => new PixArtTransformer2D(NetworkConfig.Parse<PixArtTransformer2DConfig>(config), source));
                break;
            case StableDiffusion3:
                WriteClip("text_encoder", "tokenizer", "quick_gelu", "<|endoftext|>", 1, isProjected: true);
                WriteClip("text_encoder_2", "tokenizer_2", "gelu", "!", 2, isProjected: true);
                WriteT5("text_encoder_3", "tokenizer_3", 96);
                WriteTransformer("SD3Transformer2DModel", new { sample_size = 8, patch_size = 2, in_channels = 4, out_channels = 4, num_layers = 2, attention_head_dim = 16, num_attention_heads = 2, joint_attention_dim = 96, caption_projection_dim = 32, pooled_projection_dim = 64, pos_embed_max_size = 8 },
                    (config, source) => new Sd3Transformer2D(NetworkConfig.Parse<Sd3Transformer2DConfig>(config), source));
                break;
            case Flux:
                WriteClip("text_encoder", "tokenizer", "quick_gelu", "<|endoftext|>", 1, isProjected: false);
                WriteT5("text_encoder_2", "tokenizer_2", 96);
                WriteTransformer("FluxTransformer2DModel", new { patch_size = 1, in_channels = 16, num_layers = 1, num_single_layers = 1, attention_head_dim = 16, num_attention_heads = 2, joint_attention_dim = 96, pooled_projection_dim = 32, guidance_embeds = true, axes_dims_rope = new[] { 4, 6, 6 } },
                    (config, source) => new FluxTransformer2D(NetworkConfig.Parse<FluxTransformer2DConfig>(config), source));
                break;
        }
        WriteVae(isHalf: pipeline == StableDiffusionXl);
        WriteJson("model_index.json", _index);
    }

    /// <summary>All pipelines that there are folders of.</summary>
    public static string[] Pipelines { get; } = [StableDiffusion, StableDiffusionXl, PixArt, StableDiffusion3, Flux];

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

    private void WriteScheduler(string scheduler, string pipeline)
    {
        _index["scheduler"] = Part("diffusers", scheduler);
        WriteJson("scheduler/scheduler_config.json", scheduler.StartsWith("Flow", StringComparison.Ordinal)
            ? new { _class_name = scheduler, num_train_timesteps = 1000, shift = 3.0, use_dynamic_shifting = pipeline == Flux, base_shift = 0.5, max_shift = 1.15, base_image_seq_len = 256, max_image_seq_len = 4096 }
            : new { _class_name = scheduler, num_train_timesteps = 1000, beta_start = 0.00085, beta_end = 0.012, beta_schedule = "scaled_linear", set_alpha_to_one = false, skip_prk_steps = true, steps_offset = 1, clip_sample = false });
    }

    private void WriteClip(string part, string tokenizer, string activation, string padding, int seed, bool isProjected)
    {
        (_index[part], _index[tokenizer]) = (Part("transformers", isProjected ? "CLIPTextModelWithProjection" : "CLIPTextModel"), Part("transformers", "CLIPTokenizer"));
        var vocabulary = new Dictionary<string, int>();
        foreach (var suffix in new[] { "", "</w>" })
            foreach (var letter in Letters()) vocabulary.Add(letter + suffix, vocabulary.Count);
        foreach (var special in new[] { "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>" }) vocabulary.Add(special, vocabulary.Count);
        WriteJson($"{tokenizer}/vocab.json", vocabulary);
        File.WriteAllText(this[$"{tokenizer}/merges.txt"], "#version: 0.2\nc a\nca t</w>\n");
        WriteJson($"{tokenizer}/tokenizer_config.json", new { model_max_length = Context, pad_token = padding, tokenizer_class = "CLIPTokenizer" });
        WriteJson($"{part}/config.json", new
        {
            vocab_size = vocabulary.Count,
            hidden_size = Width,
            intermediate_size = 2 * Width,
            projection_dim = Width,
            num_hidden_layers = 2,
            num_attention_heads = 2,
            max_position_embeddings = Context,
            hidden_act = activation,
            eos_token_id = 2,
        });
        var shape = NetworkConfig.Read<ClipTextConfig>(this[$"{part}/config.json"]);
        Write($"{part}/model.safetensors", Weights(source => new ClipTextModel(shape, source), seed, key => isProjected || key != "text_projection.weight"));
    }

    private void WriteT5(string part, string tokenizer, int width)
    {
        (_index[part], _index[tokenizer]) = (Part("transformers", "T5EncoderModel"), Part("transformers", "T5Tokenizer"));
        Directory.CreateDirectory(this[tokenizer]);
        File.WriteAllBytes(this[$"{tokenizer}/spiece.model"], SentencePieces());
        WriteJson($"{part}/config.json", new { vocab_size = 64, d_model = width, d_kv = 16, d_ff = 64, num_layers = 2, num_heads = 2, feed_forward_proj = "gated-gelu", is_encoder_decoder = false });
        var shape = NetworkConfig.Read<T5Config>(this[$"{part}/config.json"]);
        Write($"{part}/model.safetensors", Weights(source => new T5Encoder(shape, source), 5, key => key != "encoder.embed_tokens.weight"));
    }

    private void WriteUNet(bool isXl, int channels)
    {
        _index["unet"] = Part("diffusers", "UNet2DConditionModel");
        var config = new Dictionary<string, object>
        {
            ["_class_name"] = "UNet2DConditionModel",
            ["sample_size"] = 8,
            ["in_channels"] = channels,
            ["out_channels"] = 4,
            ["down_block_types"] = new[] { "CrossAttnDownBlock2D", "DownBlock2D" },
            ["up_block_types"] = new[] { "UpBlock2D", "CrossAttnUpBlock2D" },
            ["block_out_channels"] = new[] { 16, 32 },
            ["layers_per_block"] = 1,
            ["norm_num_groups"] = 8,
            ["cross_attention_dim"] = isXl ? 2 * Width : Width,
            ["attention_head_dim"] = 4,
        };
        if (isXl)
        {
            config["addition_embed_type"] = "text_time";
            config["addition_time_embed_dim"] = 8;
            config["projection_class_embeddings_input_dim"] = Width + 6 * 8;
            config["use_linear_projection"] = true;
        }
        WriteJson("unet/config.json", config);
        var shape = NetworkConfig.Read<UNet2DConditionConfig>(this["unet/config.json"]);
        var weights = Weights(source => new UNet2DCondition(shape, source), 3);
        if (!isXl)
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

    private void WriteTransformer<TNetwork>(string name, object config, Func<JsonElement, TensorSource, TNetwork> create) where TNetwork : IDisposable
    {
        _index["transformer"] = Part("diffusers", name);
        WriteJson("transformer/config.json", config);
        var json = JsonSerializer.SerializeToElement(config);
        Write("transformer/diffusion_pytorch_model.safetensors", Weights(source => create(json, source), 6));
    }

    private void WriteVae(bool isHalf)
    {
        _index["vae"] = Part("diffusers", "AutoencoderKL");
        WriteJson("vae/config.json", new
        {
            _class_name = "AutoencoderKL",
            in_channels = 3,
            out_channels = 3,
            down_block_types = new[] { "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D" },
            up_block_types = new[] { "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D" },
            block_out_channels = new[] { 8, 8, 16 },
            layers_per_block = 1,
            latent_channels = 4,
            norm_num_groups = 4,
            scaling_factor = 0.18215,
        });
        var shape = NetworkConfig.Read<AutoencoderKlConfig>(this["vae/config.json"]);
        Write(isHalf ? "vae/diffusion_pytorch_model.fp16.safetensors" : "vae/diffusion_pytorch_model.safetensors",
            [.. Weights(source => new AutoencoderKl(shape, source), 4).Select(entry => KeyValuePair.Create(entry.Key, isHalf ? entry.Value.to_type(ScalarType.Float16) : entry.Value))]);
    }

    private void Write(string file, IEnumerable<KeyValuePair<string, Tensor>> tensors) => Safetensors.Write(this[file], [.. tensors]);

    private static List<KeyValuePair<string, Tensor>> Weights<TNetwork>(Func<TensorSource, TNetwork> create, int seed, Func<string, bool>? has = null) where TNetwork : IDisposable
    {
        var needed = new ShapeSource(ScalarType.Float32, has);
        create(needed).Dispose();
        var random = new Random(seed);
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

    // A SentencePiece model of letters and a few words, as T5 has it: padding, end and unknown first, and no start token.
    private static byte[] SentencePieces()
    {
        string[] pieces = ["\u2581", .. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString()), "\u2581a", "\u2581cat", "ca", "cat", "\u2581the", ".", ","];
        using var model = new MemoryStream();
        foreach (var (piece, type) in new[] { ("<pad>", 3), ("</s>", 3), ("<unk>", 2) }) Message(model, 1, [.. Text(1, piece), .. Score(0), .. Number(3, type)]);
        for (var i = 0; i < pieces.Length; i++) Message(model, 1, [.. Text(1, pieces[i]), .. Score(pieces[i].Length - 0.1f * i - 3)]);
        Message(model, 2, [.. Number(3, 1), .. Number(4, pieces.Length + 3), .. Number(40, 2), .. Number(41, -1), .. Number(42, 1), .. Number(43, 0)]);
        Message(model, 3, [.. Text(1, "identity"), .. Number(3, 1), .. Number(4, 1), .. Number(5, 1)]);
        return model.ToArray();

        static void Message(Stream to, int field, byte[] content) => to.Write([.. Varint((ulong)(field << 3 | 2)), .. Varint((ulong)content.Length), .. content]);

        static byte[] Text(int field, string text) => [.. Varint((ulong)(field << 3 | 2)), .. Varint((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

        static byte[] Number(int field, long value) => [.. Varint((ulong)(field << 3)), .. Varint((ulong)value)];

        static byte[] Score(float score) => [2 << 3 | 5, .. BitConverter.GetBytes(score)];

        static byte[] Varint(ulong value)
        {
            var bytes = new List<byte>();
            for (; value >= 128; value >>= 7) bytes.Add((byte)(value | 128));
            return [.. bytes, (byte)value];
        }
    }

    private static string[] Part(string library, string name) => [library, name];
}
