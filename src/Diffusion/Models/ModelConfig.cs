using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>Contents of <c>model.json</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>Architecture; <c>glide</c> is <see cref="Text2ImUNet"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Width and height of the images, a multiple of 2^(levels - 1).</summary>
    public required int ImageSize { get; init; }

    /// <summary>Shape of the network.</summary>
    public required Text2ImConfig Network { get; init; }

    /// <summary>The process the network was trained on.</summary>
    public required DiffusionConfig Diffusion { get; init; }
}
