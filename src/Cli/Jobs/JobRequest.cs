using Atelier.Abstractions.Jobs;
using Atelier.Diffusion.Models;

namespace Atelier.Cli.Jobs;

/// <summary>A checked request to make a dataset.</summary>
/// <param name="Prompts">The prompt list.</param>
/// <param name="Model">The model to draw with.</param>
/// <param name="Spec">The job's settings.</param>
internal sealed record JobRequest(string Prompts, ModelFolder Model, JobSpec Spec) : IDisposable
{
    /// <summary>What keeps the list, where it was piped.</summary>
    public PipedList? Piped { get; init; }

    /// <summary>Rows of the list.</summary>
    public long Rows { get; init; }

    /// <summary>Width and height of the images that rows can inpaint; null where the model draws whole images.</summary>
    public int? InputSize => Model.About.Inpaints ? Model.About.SizeOf(Spec.Upsample).Width : null;

    /// <summary>Removes what was kept of a piped list.</summary>
    public void Dispose() => Piped?.Dispose();
}
