using System.Text.Json.Serialization;

namespace Atelier.Dashboard.Models;

/// <summary>A model that jobs may name.</summary>
/// <param name="Name">Its name; null of one that only the store has, which keeps none.</param>
/// <param name="Digest">Its digest.</param>
public sealed record KnownModel(string? Name, string Digest)
{
    /// <summary>Family of networks, such as <c>glide</c>; null where it is not known.</summary>
    public string? Kind { get; init; }

    /// <summary>Width and height of what its base network draws.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Width and height of its images when they are enlarged; null where it has no upsampler.</summary>
    public int? UpsampledSize { get; init; }

    /// <summary>Timesteps that it was trained with, the most steps that a job may take.</summary>
    public int? Timesteps { get; init; }

    /// <summary>Whether its store has it for workers that do not.</summary>
    public bool IsInStore { get; init; }

    /// <summary>Its folder on this machine, for what is there beside the model; null where there is none. Not told to others.</summary>
    [JsonIgnore]
    public string? Folder { get; init; }

    /// <summary>Workers that have it in memory.</summary>
    public int Workers { get; init; }
}
