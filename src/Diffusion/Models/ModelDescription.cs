using Atelier.Diffusion.Samplers;

namespace Atelier.Diffusion.Models;

/// <summary>What a user of a model has to know of it, whatever its family; told from its files, without its weights.</summary>
public sealed record ModelDescription
{
    /// <summary>Name of its family, such as <c>glide</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Width and height of the images that it draws, unless a job says otherwise.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Width and height after the upsampler; null where there is none.</summary>
    public int? UpsampledSize { get; init; }

    /// <summary>What widths and heights must be multiples of; null where they cannot be chosen.</summary>
    public int? SizeMultiple { get; init; }

    /// <summary>The largest width and height; null where the only limit is that of jobs.</summary>
    public int? MaxSize { get; init; }

    /// <summary>Denoising steps that are possible, T.</summary>
    public required int Timesteps { get; init; }

    /// <summary>The process it was trained on, in a few words.</summary>
    public required string Process { get; init; }

    /// <summary>Names of the samplers that it can be drawn with, its own choice first.</summary>
    public IReadOnlyList<string> Samplers { get; init; } = SamplingSettings.Samplers;

    /// <summary>Denoising steps that are usual.</summary>
    /// <value>Default 30.</value>
    public int Steps { get; init; } = 30;

    /// <summary>Scale of classifier-free guidance that is usual.</summary>
    /// <value>Default 3.</value>
    public double Guidance { get; init; } = 3;

    /// <summary>Whether predicted images lie in [-1, 1], without which dynamic thresholding has no meaning.</summary>
    public bool IsBounded { get; init; } = true;

    /// <summary>Whether it is guided classifier-free: without that there is nothing to lead away from, and no way to do it.</summary>
    public bool IsGuided { get; init; } = true;

    /// <summary>Whether a part of an image can be given, of which the model draws the rest.</summary>
    public bool Inpaints { get; init; }

    /// <summary>Whether a classifier can guide.</summary>
    public bool HasClassifier { get; init; }

    /// <summary>Whether each row must have a label.</summary>
    public bool NeedsLabel { get; init; }

    /// <summary>The classes that a label can name; null where labels have no meaning.</summary>
    public ClassNames? Classes { get; init; }

    /// <summary>Tokens that a prompt may have before it is cut, those that mark its ends included; null where the model takes no text.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Tokens of its vocabulary; null where the model takes no text.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>What its files say of its licence; null where they say nothing.</summary>
    public string? Licence { get; init; }

    /// <summary>Size of the images that a job gets.</summary>
    /// <param name="upsample">Whether it enlarges them, where the model can.</param>
    /// <param name="width">Width that was asked for; null is the model's own.</param>
    /// <param name="height">Height that was asked for; null is the model's own.</param>
    public PixelSize SizeOf(bool upsample, int? width = null, int? height = null) =>
        upsample && UpsampledSize is { } large ? new PixelSize(large, large) : new PixelSize(width ?? ImageSize, height ?? ImageSize);

    /// <summary>What is wrong with a size that was asked for, in words; null where nothing is.</summary>
    /// <param name="width">Width; null is the model's own.</param>
    /// <param name="height">Height; null is the model's own.</param>
    public string? ProblemWithSize(int? width, int? height)
    {
        foreach (var (name, side) in new[] { ("width", width), ("height", height) })
        {
            if (side is not { } asked || asked == ImageSize && SizeMultiple is null) continue;
            if (SizeMultiple is not { } multiple) return $"{name} is '{asked}'; allowed: {ImageSize}, the one size of the model";
            if (asked > MaxSize) return $"{name} is '{asked}'; allowed: multiples of {multiple} up to {MaxSize}";
            if (asked < multiple || asked % multiple != 0) return $"{name} is '{asked}'; allowed: multiples of {multiple}";
        }
        var (across, down) = (width ?? ImageSize, height ?? ImageSize);
        return Inpaints && across != down ? $"width and height are '{across}' and '{down}'; allowed with a model that inpaints: the same" : null;
    }

    /// <summary>What is wrong with a label, in words; null where nothing is.</summary>
    /// <param name="label">A row's label, or null where it has none.</param>
    public string? ProblemWithLabel(string? label)
    {
        if (label is null) return NeedsLabel ? $"there is no label, which the model needs; allowed: {Classes!.Describe()}" : null;
        if (Classes is null) return $"the label is '{Input.PrintableText.Of(label)}'; the model has no classes";
        return Classes.Find(label) is null ? $"the label is '{Input.PrintableText.Of(label)}'; allowed: {Classes.Describe()}" : null;
    }
}
