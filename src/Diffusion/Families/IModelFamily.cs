using Atelier.Diffusion.Models;

namespace Atelier.Diffusion.Families;

/// <summary>Models of one kind, whatever their sizes: how a folder with one is recognised, checked and loaded.</summary>
public interface IModelFamily
{
    /// <summary>Its name here, such as <c>glide</c>.</summary>
    string Name { get; }

    /// <summary>The file of a folder that says which family its model is of.</summary>
    string ConfigFile { get; }

    /// <summary>What that file calls it.</summary>
    string Kind { get; }

    /// <summary>Opens a folder of this family, see <see cref="ModelFolder.Open"/>.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">Something is missing, damaged or does not fit; the message names the file and why.</exception>
    ModelFolder Open(string path);
}
