using System.Globalization;
using System.Text.Json;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Schedules;

namespace Atelier.Bench.Sample;

/// <summary>
/// A GLIDE configuration with the names and defaults of <c>model_and_diffusion_defaults()</c> of glide-text2im (Nichol et al. 2021,
/// arXiv:2112.10741), and <c>n_vocab</c>. <c>cache_text_emb</c> changes nothing: text is always encoded once a batch.
/// </summary>
internal sealed class GlideOptions
{
    /// <summary>Width and height.</summary>
    public int ImageSize { get; private set; } = 64;

    /// <summary>Whether the network sees a low-resolution image, of a quarter of the size.</summary>
    public bool SuperRes { get; private set; }

    /// <summary>Whether the network sees a known image and its mask.</summary>
    public bool Inpaint { get; private set; }

    /// <summary>Whether convolutions are meant to run in float16.</summary>
    public bool UseFp16 { get; private set; } = true;

    /// <summary>Timesteps to visit; empty is all of them.</summary>
    public string Respacing { get; private set; } = "";

    /// <summary>Shape of the network.</summary>
    public Text2ImConfig Network { get; private set; } = null!;

    /// <summary>The process.</summary>
    public DiffusionConfig Diffusion { get; private set; } = null!;

    /// <summary>Reads a file.</summary>
    /// <param name="file">A JSON object.</param>
    /// <exception cref="InvalidDataException">Names the file, the option, its value and what is allowed.</exception>
    public static GlideOptions Read(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowDuplicateProperties = false });
            var options = new GlideOptions();
            options.Take(new JsonOptions(json.RootElement));
            return options;
        }
        catch (Exception bad) when (bad is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file}: {bad.Message}", bad);
        }
    }

    /// <summary>Options of a network that is given, with the official base model's process.</summary>
    /// <param name="imageSize">Width and height.</param>
    /// <param name="network">Its shape; 6 input channels see a low-resolution image, 7 a known one, 10 both.</param>
    public static GlideOptions Of(int imageSize, Text2ImConfig network) => new()
    {
        ImageSize = imageSize,
        Network = network,
        SuperRes = network.InChannels is 6 or 10,
        Inpaint = network.InChannels is 7 or 10,
        Diffusion = new DiffusionConfig { NoiseSchedule = "squaredcos_cap_v2" },
    };

    private void Take(JsonOptions json)
    {
        ImageSize = json.Integer("image_size", 64, 8, 4096);
        (Inpaint, SuperRes) = (json.Flag("inpaint", false), json.Flag("super_res", false));
        UseFp16 = json.Flag("use_fp16", true);
        Respacing = json.Text("timestep_respacing", "");
        _ = json.Flag("cache_text_emb", false);
        Diffusion = new DiffusionConfig { Timesteps = json.Integer("diffusion_steps", 1000, 1, 100_000), NoiseSchedule = Schedule(json) };
        Network = new Text2ImConfig
        {
            InChannels = 3 + (Inpaint ? 4 : 0) + (SuperRes ? 3 : 0),
            ModelChannels = json.Integer("num_channels", 192, 32, 4096),
            NumResBlocks = json.Integer("num_res_blocks", 3, 1, 32),
            ChannelMult = Widths(json),
            NumHeads = json.Integer("num_heads", 1, 1, 4096),
            NumHeadChannels = json.Integer("num_head_channels", 64, -1, 4096),
            NumHeadsUpsample = json.Integer("num_heads_upsample", -1, -1, 4096),
            AttentionResolutions = [.. json.Integers("attention_resolutions", "32,16,8", 1, ImageSize).Select(pixels => ImageSize / pixels)],
            Dropout = json.Number("dropout", 0.1, 0, 0.999),
            TextCtx = json.Integer("text_ctx", 128, 1, 4096),
            XfWidth = json.Integer("xf_width", 512, 0, 8192),
            XfLayers = json.Integer("xf_layers", 16, 0, 128),
            XfHeads = json.Integer("xf_heads", 8, 1, 1024),
            XfFinalLn = json.Flag("xf_final_ln", true),
            XfPadding = json.Flag("xf_padding", true),
            VocabularySize = json.Integer("n_vocab", 50257, 1, 10_000_000),
            UseScaleShiftNorm = json.Flag("use_scale_shift_norm", true),
            ResBlockUpDown = json.Flag("resblock_updown", true),
        };
        json.RefuseOthers();
        if (Network.ChannelMult.Any(width => width * Network.ModelChannels % 32 != 0))
            throw new ArgumentException($"num_channels is {Network.ModelChannels} with channel_mult {string.Join(',', Network.ChannelMult)}; allowed: every level a multiple of 32 channels wide");
        Network.Validate();
        var coarsest = 1 << (Network.ChannelMult.Count - 1);
        if (ImageSize % coarsest != 0) throw new ArgumentException($"image_size is {ImageSize}; allowed: a multiple of {coarsest}, with {Network.ChannelMult.Count} levels");
        if (Respacing.Length > 0) CheckRespacing();
    }

    private void CheckRespacing()
    {
        try
        {
            _ = TimestepRespacing.Choose(Respacing, Diffusion.Timesteps);
        }
        catch (ArgumentException bad)
        {
            throw new ArgumentException($"timestep_respacing is '{Respacing}': {bad.Message}", bad);
        }
    }

    private static string Schedule(JsonOptions json)
    {
        var name = json.Text("noise_schedule", "squaredcos_cap_v2");
        return BetaSchedule.Names.Contains(name) ? name : throw new ArgumentException($"noise_schedule is '{name}'; allowed: {string.Join(", ", BetaSchedule.Names)}");
    }

    private double[] Widths(JsonOptions json)
    {
        if (json.Text("channel_mult", "").Length > 0) return [.. json.Integers("channel_mult", "", 1, 64)];
        return ImageSize is 64 or 128 or 256
            ? [.. OfficialConfigs.Glide(ImageSize, 1, false, false).ChannelMult]
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"channel_mult is '' with image_size {ImageSize}; allowed: widths such as '1,2,4', or '' with 64, 128 or 256"));
    }
}
