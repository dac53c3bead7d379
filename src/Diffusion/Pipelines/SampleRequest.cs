namespace Atelier.Diffusion.Pipelines;

/// <summary>One sample to draw.</summary>
/// <param name="Prompt">The caption; not looked at by models without text.</param>
/// <param name="Seed">Decides all its noise.</param>
/// <param name="GuidanceScale">s of classifier-free guidance; not looked at by models without text.</param>
/// <param name="NegativePrompt">The text that guidance leads away from; empty for the null caption.</param>
public sealed record SampleRequest(string Prompt, ulong Seed, double GuidanceScale, string NegativePrompt = "")
{
    /// <summary>Class to draw, from 0: of a class-conditional network, and of the classifier that guides. Null for none.</summary>
    public int? Label { get; init; }

    /// <summary>What is kept of the image, at the size of the images that the settings make; for models that inpaint. Null where all is drawn.</summary>
    public KnownImage? Known { get; init; }

    /// <summary>
    /// What passes a step takes: those of classifier-free guidance, and whether a classifier guides. One batch holds only
    /// samples of one kind, as which it is decides the last bits of the results. Samples with and without a known image take the same passes.
    /// </summary>
    public (GuidancePasses Passes, bool IsLabelled) Kind => (
        GuidanceScale switch { 1 => GuidancePasses.Prompt, 0 => GuidancePasses.Against, _ => GuidancePasses.Both }, Label is not null);
}
