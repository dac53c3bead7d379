using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>
/// A model of the family <c>adm</c>: guided-diffusion's class-conditional or unconditional networks (Dhariwal and Nichol 2021, arXiv:2105.05233),
/// guided by a classifier.
/// </summary>
public sealed record AdmConfig : ModelConfig
{
    /// <summary>Value of <see cref="ModelConfig.Kind"/>.</summary>
    public const string Name = "adm";

    /// <summary>Shape of the base network.</summary>
    public required UNetModelConfig Network { get; init; }

    /// <summary>The network that enlarges the base network's images; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UpsamplerConfig<UNetModelConfig>? Upsampler { get; init; }

    internal override UpsamplerConfig? AnyUpsampler => Upsampler;

    internal override ModelDescription Describe(Tokenization.BpeTokenizer? tokenizer, ClassNames? classes) =>
        base.Describe(tokenizer, classes) with { NeedsLabel = Network.NumClasses is not null, IsGuided = false };

    /// <inheritdoc/>
    public override int? ClassCount => Network.NumClasses ?? base.ClassCount;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Validate("", Network, ImageSize, Diffusion, 3);
        if (Classifier is not null && Network.NumClasses is { } classes && Classifier.OutChannels != classes)
            throw new ArgumentException($"the classifier's out_channels is {Classifier.OutChannels}; allowed: {classes}, the base network's num_classes");
        if (Upsampler is null) return;
        Upsampler.Validate(ImageSize);
        Validate("upsampler: ", Upsampler.Network, Upsampler.ImageSize, Upsampler.Diffusion, 6);
        if (Upsampler.Network.NumClasses is { } upsampled && upsampled != Network.NumClasses)
            throw new ArgumentException($"upsampler: num_classes is {upsampled}; allowed: null, or {Network.NumClasses}, the base network's");
    }
}
