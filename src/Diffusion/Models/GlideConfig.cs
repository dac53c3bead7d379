using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>
/// A model of the family <c>glide</c> (Nichol et al. 2021, arXiv:2112.10741): text to image, guided classifier-free. With 7 input channels the
/// base network inpaints.
/// </summary>
public sealed record GlideConfig : ModelConfig
{
    /// <summary>Value of <see cref="ModelConfig.Kind"/>.</summary>
    public const string Name = "glide";

    // x_t, the known image and its mask.
    private const int InpaintingChannels = 7;

    /// <summary>Shape of the base network.</summary>
    public required Text2ImConfig Network { get; init; }

    /// <summary>The network that enlarges the base network's images; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UpsamplerConfig<Text2ImConfig>? Upsampler { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Inpaints => Network.InChannels == InpaintingChannels;

    internal override UpsamplerConfig? AnyUpsampler => Upsampler;

    internal override ModelDescription Describe(Tokenization.BpeTokenizer? tokenizer, ClassNames? classes) =>
        base.Describe(tokenizer, classes) with { PromptTokens = Network.TextCtx };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Validate("", Network, ImageSize, Diffusion, 3, InpaintingChannels);
        if (Upsampler is null) return;
        Upsampler.Validate(ImageSize);
        Validate("upsampler: ", Upsampler.Network, Upsampler.ImageSize, Upsampler.Diffusion, 6, 10);
        if (Upsampler.Network.VocabularySize != Network.VocabularySize)
            throw new ArgumentException(
                $"upsampler: vocabulary_size is {Upsampler.Network.VocabularySize}; allowed: {Network.VocabularySize}, the base network's");
    }
}
