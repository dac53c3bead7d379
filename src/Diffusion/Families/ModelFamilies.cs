using Atelier.Input;

namespace Atelier.Diffusion.Families;

/// <summary>The families that are known.</summary>
public static class ModelFamilies
{
    /// <summary>All of them. What one of them recognises, no other does.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } = [new GlideFamily(), new AdmFamily()];

    /// <summary>Why a folder holds no model of any of them.</summary>
    /// <param name="path">The folder.</param>
    internal static string WhyNone(string path)
    {
        var folder = PrintableText.Of(path, PrintableText.PathLength);
        var configs = All.Select(family => family.ConfigFile).Distinct().ToList();
        return $"{folder} is not a model folder: it has no {string.Join(" and no ", configs)}";
    }
}
