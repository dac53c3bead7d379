using Atelier.Abstractions.Jobs;
using Atelier.Diffusion.Models;

namespace Atelier.Cli.Run;

/// <summary>A checked request to make a dataset.</summary>
/// <param name="Prompts">The prompt list.</param>
/// <param name="Output">Absolute path of the job folder.</param>
/// <param name="Model">The model to draw with.</param>
/// <param name="Spec">The job's settings.</param>
/// <param name="Workers">Workers to run.</param>
/// <param name="Verbose">Whether the log goes to standard error.</param>
internal sealed record RunSettings(string Prompts, string Output, ModelFolder Model, JobSpec Spec, int Workers, bool Verbose)
{
    /// <summary>Width and height of the images that rows can inpaint; null where the model draws whole images.</summary>
    public int? InputSize => !Model.Config.Inpaints ? null : Spec.Upsample ? Model.Config.FinalImageSize : Model.Config.ImageSize;
}
