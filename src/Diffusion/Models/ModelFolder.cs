using System.Text.Json;
using Atelier.Diffusion.Families;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>A folder with a model, whose files were checked as far as that needs none of the weights' elements. It is read where it lies, and never written to.</summary>
public abstract class ModelFolder
{
    /// <summary>A folder that was checked.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="about">What the model is.</param>
    /// <param name="files">Those that decide a sample's pixels, in order.</param>
    /// <param name="digest">SHA-256 over their names and contents.</param>
    private protected ModelFolder(string path, ModelDescription about, IReadOnlyList<string> files, string digest) =>
        (Path, About, Files, Digest) = (path, about, files, digest);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What the model is.</summary>
    public ModelDescription About { get; }

    /// <summary>The files that decide a sample's pixels, in order: paths within the folder, with '/' between segments.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Lower-case hex SHA-256 over names and SHA-256s of <see cref="Files"/>.</summary>
    public string Digest { get; }

    /// <summary>What the model is, as JSON: its <c>model.json</c>, or as much of one as its description says.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public virtual string Describe() => JsonSerializer.Serialize(new
    {
        kind = About.Family,
        image_size = About.ImageSize,
        upsampler = About.UpsampledSize is { } size ? new { image_size = size } : null,
        diffusion = new { timesteps = About.Timesteps },
    });

    /// <summary>Whether a folder has the file that says what its model is; it may be a model that cannot be used.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsOne(string path) => ModelFamilies.All.Any(family => File.Exists(System.IO.Path.Combine(path, family.ConfigFile)));

    /// <summary>Opens a folder and checks configuration, tokenizer, and the weights' names, shapes and lengths. Reads every byte once, for the digest.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file and why.</exception>
    public static ModelFolder Open(string path) => ModelFamilies.Of(path).Open(path);

    /// <summary>Builds all networks and loads their weights, each once.</summary>
    /// <param name="device">Where to put them; null is the CPU.</param>
    /// <param name="precision">What they compute in: Float32, BFloat16 or Float16, apart from the layers that need more.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public abstract Model Load(Device? device = null, ScalarType precision = ScalarType.Float32);
}
