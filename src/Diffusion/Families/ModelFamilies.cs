using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Families.StableDiffusion;
using Atelier.Input;

namespace Atelier.Diffusion.Families;

/// <summary>The families that are known.</summary>
public static class ModelFamilies
{
    /// <summary>All of them. What one of them recognises, no other does.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } =
    [
        new GlideFamily(), new AdmFamily(),
        new StableDiffusionFamily(), new StableDiffusionFamily(inpaints: true), new StableDiffusionXlFamily(), new StableDiffusionXlFamily(inpaints: true), new StableDiffusion3Family(), new PixArtFamily(), new FluxFamily(),
    ];

    /// <summary>Why a folder holds no model of any of them.</summary>
    /// <param name="path">The folder.</param>
    internal static string WhyNone(string path)
    {
        var folder = PrintableText.Of(path, PrintableText.PathLength);
        if (File.Exists(Path.Combine(path, PipelineIndex.FileName)))
            return $"{folder} is of pipeline {PrintableText.Of(PipelineIndex.Read(path).Pipeline)}, which is not known; known: {string.Join(", ", All.Where(family => family.ConfigFile == PipelineIndex.FileName).Select(family => family.Kind))}";
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".ckpt", StringComparison.OrdinalIgnoreCase))
            return $"{folder} is a checkpoint in one file; convert it to a folder with diffusers' scripts/convert_original_stable_diffusion_to_diffusers.py";
        var configs = All.Select(family => family.ConfigFile).Distinct().ToList();
        return $"{folder} is not a model folder: it has no {string.Join(" and no ", configs)}";
    }
}
