namespace Atelier.Diffusion.Pipelines;

/// <summary>One sample to draw.</summary>
/// <param name="Prompt">The caption.</param>
/// <param name="Seed">Decides all its noise.</param>
/// <param name="GuidanceScale">s of classifier-free guidance.</param>
/// <param name="NegativePrompt">The text that guidance leads away from; empty for the null caption.</param>
public sealed record SampleRequest(string Prompt, ulong Seed, double GuidanceScale, string NegativePrompt = "")
{
    /// <summary>
    /// Whether a step needs two passes through the network. One batch holds only samples of one kind, as which it is decides the last bits of
    /// the results.
    /// </summary>
    public bool IsGuided => GuidanceScale != 1;
}
