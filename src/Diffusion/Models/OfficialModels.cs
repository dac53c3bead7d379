using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>The published checkpoints of GLIDE and guided-diffusion: what their networks are and which process they were trained on.</summary>
internal static class OfficialModels
{
    private static readonly DiffusionConfig Linear = new() { NoiseSchedule = "linear" }, Cosine = new() { NoiseSchedule = "squaredcos_cap_v2" };

    /// <summary>A published network.</summary>
    /// <param name="Name">What it is called here.</param>
    /// <param name="ImageSize">Width and height of its images.</param>
    /// <param name="Network">Its shape.</param>
    /// <param name="Diffusion">Its process.</param>
    public sealed record Entry<TNetwork>(string Name, int ImageSize, TNetwork Network, DiffusionConfig Diffusion) where TNetwork : UNetConfig;

    /// <summary>GLIDE's base networks.</summary>
    public static Entry<Text2ImConfig>[] GlideBases =>
    [
        new("GLIDE base", 64, OfficialConfigs.Glide(64, 3, inpaint: false, superRes: false), Cosine),
        new("GLIDE base inpaint", 64, OfficialConfigs.Glide(64, 3, inpaint: true, superRes: false), Cosine),
    ];

    /// <summary>GLIDE's upsamplers.</summary>
    public static Entry<Text2ImConfig>[] GlideUpsamplers =>
    [
        new("GLIDE upsample", 256, OfficialConfigs.Glide(256, 2, inpaint: false, superRes: true), Linear),
        new("GLIDE upsample inpaint", 256, OfficialConfigs.Glide(256, 2, inpaint: true, superRes: true), Linear),
    ];

    /// <summary>guided-diffusion's networks of images.</summary>
    public static Entry<UNetModelConfig>[] AdmBases =>
    [
        new("64x64_diffusion", 64, OfficialConfigs.Adm(64, 192, 3, "32,16,8", 4, 64, classConditional: true, newAttentionOrder: true, dropout: 0.1), Cosine),
        new("128x128_diffusion", 128, OfficialConfigs.Adm(128, 256, 2, "32,16,8", 4, -1, classConditional: true, newAttentionOrder: false), Linear),
        new("256x256_diffusion", 256, OfficialConfigs.Adm(256, 256, 2, "32,16,8", 4, 64, classConditional: true, newAttentionOrder: false), Linear),
        new("256x256_diffusion_uncond", 256, OfficialConfigs.Adm(256, 256, 2, "32,16,8", 4, 64, classConditional: false, newAttentionOrder: false), Linear),
        new("512x512_diffusion", 512, OfficialConfigs.Adm(512, 256, 2, "32,16,8", 4, 64, classConditional: true, newAttentionOrder: false), Linear),
    ];

    /// <summary>guided-diffusion's upsamplers.</summary>
    public static Entry<UNetModelConfig>[] AdmUpsamplers =>
    [
        new("64_256_upsampler", 256, OfficialConfigs.Adm(256, 192, 2, "32,16,8", 4, -1, classConditional: true, newAttentionOrder: false, superRes: true), Linear),
        new("128_512_upsampler", 512, OfficialConfigs.Adm(512, 192, 2, "32,16", 4, 64, classConditional: true, newAttentionOrder: false, superRes: true), Linear),
    ];

    /// <summary>guided-diffusion's classifiers.</summary>
    public static Entry<EncoderUNetConfig>[] Classifiers =>
    [
        new("64x64_classifier", 64, OfficialConfigs.Classifier(64, 4), Cosine),
        new("128x128_classifier", 128, OfficialConfigs.Classifier(128, 2), Linear),
        new("256x256_classifier", 256, OfficialConfigs.Classifier(256, 2), Linear),
        new("512x512_classifier", 512, OfficialConfigs.Classifier(512, 2), Linear),
    ];
}
