using System.Text.Json;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class NetworkConfigTests
{
    [Fact]
    public void Parse_SettingsLeftOut_HaveTheDefaultsOfTheClass()
    {
        var config = Parse<UNet2DConditionConfig>("{}");

        Assert.Equal([320, 640, 1280, 1280], config.BlockOutChannels);
        Assert.Equal(8, config.AttentionHeadDim[3]);
        Assert.Equal(1280, config.EmbeddingWidth);
    }

    [Fact]
    public void Parse_OneValueOrAList_IsAValueForEachBlock()
    {
        var config = Parse<UNet2DConditionConfig>("""
            { "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "only_cross_attention": false, "time_cond_proj_dim": null }
            """);

        Assert.Equal((5, 20), (config.AttentionHeadDim[0], config.AttentionHeadDim[3]));
        Assert.Equal(1024, config.CrossAttentionDim[2]);
    }

    [Fact]
    public void Parse_SettingsThatChangeNothing_AreIgnored() =>
        Parse<UNet2DConditionConfig>("""{ "_class_name": "UNet2DConditionModel", "sample_size": 64, "freq_shift": 0.0, "upcast_attention": true }""");

    [Theory]
    [InlineData("""{ "freq_shift": 1 }""", "freq_shift is 1; allowed: 0")]
    [InlineData("""{ "dual_cross_attention": true }""", "dual_cross_attention is true; allowed: false, null")]
    [InlineData("""{ "attention_type": "gated" }""", "attention_type is \"gated\"; allowed: \"default\"")]
    [InlineData("""{ "class_embed_type": "projection" }""", "class_embed_type is projection; allowed: null, timestep, identity")]
    [InlineData("""{ "act_fn": "mish" }""", "act_fn is mish; allowed: silu, swish, gelu, gelu_new, gelu-approximate, quick_gelu, relu")]
    [InlineData("""{ "block_out_channels": [320, 641, 1280, 1280] }""", "block_out_channels is 641; allowed: multiples of norm_num_groups 32 up to 16384")]
    [InlineData("""{ "attention_head_dim": 7 }""", "attention_head_dim is 7; allowed: a divisor of 320 channels")]
    [InlineData("""{ "attention_head_dim": [8, 8] }""", "attention_head_dim is [8, 8]; allowed: 1 or more, or one a level")]
    [InlineData("""{ "down_block_types": ["AttnDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"] }""",
        "down_block_types is AttnDownBlock2D; allowed: DownBlock2D, CrossAttnDownBlock2D, ResnetDownsampleBlock2D, SimpleCrossAttnDownBlock2D")]
    public void Parse_UNetThatCannotBeBuilt_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<UNet2DConditionConfig>(json)).Message);

    [Theory]
    [InlineData("""{ "hidden_act": "tanh" }""", "hidden_act is tanh; allowed: silu, swish, gelu, gelu_new, gelu-approximate, quick_gelu, relu")]
    [InlineData("""{ "num_attention_heads": 7 }""", "num_attention_heads is 7; allowed: a divisor of hidden_size 512")]
    public void Parse_TextEncoderThatCannotBeBuilt_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<ClipTextConfig>(json)).Message);

    [Theory]
    [InlineData("""{ "up_block_types": ["AttnUpDecoderBlock2D"] }""", "up_block_types is AttnUpDecoderBlock2D; allowed: UpDecoderBlock2D")]
    [InlineData("""{ "latents_std": [1, 2, 3] }""", "latents_std is of 3 numbers; allowed: 4 numbers")]
    public void Parse_AutoencoderThatCannotBeBuilt_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<AutoencoderKlConfig>(json)).Message);

    [Theory]
    [InlineData("""{ "qk_norm": "layer_norm" }""", "qk_norm is layer_norm; allowed: null, rms_norm")]
    [InlineData("""{ "dual_attention_layers": [0, 18] }""", "dual_attention_layers is 0, 18; allowed: 0 to 17")]
    [InlineData("""{ "caption_projection_dim": 1000 }""", "caption_projection_dim is 1000; allowed: 1152, the width of the states")]
    public void Parse_Sd3TransformerThatCannotBeBuilt_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<Sd3Transformer2DConfig>(json)).Message);

    [Theory]
    [InlineData("""{ "axes_dims_rope": [16, 56, 55] }""", "axes_dims_rope is 16, 56, 55; allowed: even numbers whose sum is attention_head_dim 128")]
    [InlineData("""{ "patch_size": 2 }""", "patch_size is 2; allowed: 1")]
    public void Parse_FluxTransformerThatCannotBeBuilt_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<FluxTransformer2DConfig>(json)).Message);

    [Fact]
    public void Parse_OthersThatCannotBeBuilt_AreRefusedByName()
    {
        Refused<DitTransformer2DConfig>("""{ "norm_type": "ada_norm" }""", "norm_type is \"ada_norm\"; allowed: \"ada_norm_zero\"");
        Refused<PixArtTransformer2DConfig>("{}", "caption_channels is 0; allowed: 1 to 65536");
        Refused<T5Config>("""{ "feed_forward_proj": "gated-silu" }""", "feed_forward_proj is gated-silu; allowed: relu, gated-gelu");
        Refused<UNet2DConfig>("{}", "add_attention is true; allowed: false");
        Refused<UNet2DConfig>("""{ "add_attention": false }""", "down_block_types is AttnDownBlock2D; allowed: DownBlock2D, ResnetDownsampleBlock2D");
        Refused<PriorTransformerConfig>("""{ "norm_in_type": "group" }""", "norm_in_type is group; allowed: null, layer");
        Refused<UnClipTextProjectionConfig>("{}", "time_embed_dim is 0; allowed: 1 to 65536");

        static void Refused<TConfig>(string json, string message) where TConfig : NetworkConfig =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => Parse<TConfig>(json)).Message);
    }

    [Fact]
    public void Read_AFileThatCannotBeBuilt_IsNamed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "config.json");
        File.WriteAllText(path, """{ "norm_num_groups": "many" }""");

        var exception = Assert.Throws<InvalidDataException>(() => NetworkConfig.Read<UNet2DConditionConfig>(path));

        Assert.StartsWith($"{path} is not a usable network config: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("norm_num_groups", exception.Message, StringComparison.Ordinal);
    }

    private static TConfig Parse<TConfig>(string json) where TConfig : NetworkConfig
    {
        using var document = JsonDocument.Parse(json);
        return NetworkConfig.Parse<TConfig>(document.RootElement);
    }
}
