using System.Text.Json.Serialization;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;

namespace Atelier.Diffusion.Models;

/// <summary>Contents of <c>model.json</c>: a model family, and what belongs to a model of every family.</summary>
public abstract record ModelConfig
{
    /// <summary>Family: <c>glide</c> is <see cref="GlideConfig"/>, <c>adm</c> is <see cref="AdmConfig"/>.</summary>
    [JsonPropertyOrder(-2)]
    public required string Kind { get; init; }

    /// <summary>Width and height of the base network's images, a multiple of 2^(levels - 1).</summary>
    [JsonPropertyOrder(-1)]
    public required int ImageSize { get; init; }

    /// <summary>The process the base network was trained on.</summary>
    public required DiffusionConfig Diffusion { get; init; }

    /// <summary>Noise-aware classifier of the base network's images, for classifier guidance; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EncoderUNetConfig? Classifier { get; init; }

    /// <summary>The upsampler, whatever its network; null for none.</summary>
    [JsonIgnore]
    internal abstract UpsamplerConfig? AnyUpsampler { get; }

    /// <summary>Classes that a label can name; null where labels have no meaning.</summary>
    [JsonIgnore]
    public virtual int? ClassCount => Classifier?.OutChannels;

    /// <summary>Whether a part of an image can be given, of which the model draws the rest.</summary>
    [JsonIgnore]
    public virtual bool Inpaints => false;

    /// <summary>What a user has to know of the model.</summary>
    /// <param name="tokenizer">Its vocabulary; null where it takes no text.</param>
    /// <param name="classes">The classes that a label can name; null where labels have no meaning.</param>
    internal virtual ModelDescription Describe(Tokenization.BpeTokenizer? tokenizer, ClassNames? classes) => new()
    {
        Family = Kind,
        ImageSize = ImageSize,
        UpsampledSize = AnyUpsampler?.ImageSize,
        Timesteps = Diffusion.Timesteps,
        Process = $"{Diffusion.NoiseSchedule}, {Diffusion.Timesteps} timesteps",
        Inpaints = Inpaints,
        HasClassifier = Classifier is not null,
        Classes = classes,
        VocabularySize = tokenizer?.VocabularySize,
    };

    /// <summary>Refuses what cannot be built.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public virtual void Validate()
    {
        Diffusion.Validate();
        if (Classifier is null) return;
        Classifier.Validate();
        if (Classifier.ImageSize != ImageSize) throw new ArgumentException($"the classifier's image_size is {Classifier.ImageSize}; allowed: {ImageSize}, the base network's");
        if (Classifier.InChannels != 3) throw new ArgumentException($"the classifier's in_channels is {Classifier.InChannels}; allowed: 3");
    }

    /// <summary>Refuses a network that does not suit its place in a model.</summary>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="network">Its shape.</param>
    /// <param name="imageSize">Size of its images.</param>
    /// <param name="diffusion">Its process.</param>
    /// <param name="channels">What in_channels may be.</param>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    protected static void Validate(string what, UNetConfig network, int imageSize, DiffusionConfig diffusion, params int[] channels)
    {
        network.Validate();
        diffusion.Validate();
        var coarsest = 1 << (network.ChannelMult.Count - 1);
        if (imageSize < 1 || imageSize > 4096 || imageSize % coarsest != 0)
            throw new ArgumentException($"{what}image_size {imageSize} is not a multiple of {coarsest} up to 4096");
        if (!channels.Contains(network.InChannels))
            throw new ArgumentException($"{what}in_channels is {network.InChannels}; allowed: {string.Join(" or ", channels)}");
        var outputs = diffusion.VarianceType.IsLearned() ? 6 : 3;
        if (network.OutChannels != outputs)
            throw new ArgumentException($"{what}out_channels is {network.OutChannels}; allowed: {outputs} with the variance type of its diffusion");
    }
}
