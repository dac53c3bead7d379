using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Families.StableDiffusion;
using Atelier.Diffusion.Models;
using Atelier.Input;

namespace Atelier.Diffusion.Families;

/// <summary>The families that are known.</summary>
public static class ModelFamilies
{
    /// <summary>All of them, each with a kind of its own.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } =
    [
        new GlideFamily(), new AdmFamily(),
        new StableDiffusionFamily(), new StableDiffusionFamily(inpaints: true), new StableDiffusionXlFamily(), new StableDiffusionXlFamily(inpaints: true), new StableDiffusion3Family(), new PixArtFamily(), new FluxFamily(),
    ];

    /// <summary>The family of a folder's model, told from the one file that says so.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidDataException">The file cannot be read, there is none, or the model is of no family; says which are known.</exception>
    internal static IModelFamily Of(string path)
    {
        var (file, kind) = File.Exists(Path.Combine(path, NativeFolder.ConfigFileName)) ? (NativeFolder.ConfigFileName, NativeFolder.ReadConfig(Path.Combine(path, NativeFolder.ConfigFileName)).Kind)
            : File.Exists(Path.Combine(path, PipelineIndex.FileName)) ? (PipelineIndex.FileName, PipelineIndex.Read(path).Pipeline)
            : throw new InvalidDataException(WhyNone(path));
        var known = All.Where(family => family.ConfigFile == file).ToList();
        return known.Find(family => family.Kind == kind) ?? throw new InvalidDataException(
            $"{PrintableText.Of(path, PrintableText.PathLength)} is of pipeline {PrintableText.Of(kind)}, which is not known; known: {string.Join(", ", known.Select(family => family.Kind))}");
    }

    private static string WhyNone(string path)
    {
        var folder = PrintableText.Of(path, PrintableText.PathLength);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".ckpt", StringComparison.OrdinalIgnoreCase))
            return $"{folder} is a checkpoint in one file; convert it to a folder with diffusers' scripts/convert_original_stable_diffusion_to_diffusers.py";
        var configs = All.Select(family => family.ConfigFile).Distinct().ToList();
        return $"{folder} is not a model folder: it has no {string.Join(" and no ", configs)}";
    }
}
