using System.Text.Json.Serialization;

namespace Atelier.Diffusion.Training;

/// <summary>A part of a text-to-image network, for fine-tuning the rest of it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NetworkPart>))]
public enum NetworkPart
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>What makes text into features: embeddings of tokens, positions and padding, the transformer and its last norm.</summary>
    Text,

    /// <summary>All the rest: the UNet, with its projections of the text's features.</summary>
    Unet,
}
