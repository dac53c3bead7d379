using Atelier.Diffusion.Models;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>A folder as Hugging Face's diffusers writes it, used where it lies.</summary>
internal sealed class DiffusersFolder : ModelFolder
{
    private readonly Func<Device?, ScalarType, Model> _load;

    /// <summary>A folder that its family has checked.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="about">What the model is.</param>
    /// <param name="files">Its files.</param>
    /// <param name="load">Loads it.</param>
    public DiffusersFolder(string path, ModelDescription about, DiffusersFiles files, Func<Device?, ScalarType, Model> load)
        : base(path, about, files.Used, ModelFiles.Digest(path, files.Used)) => _load = load;

    /// <inheritdoc/>
    public override Model Load(Device? device = null, ScalarType precision = ScalarType.Float32) => _load(device, precision);
}
