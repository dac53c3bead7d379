namespace Atelier.Diffusion.Pipelines;

/// <summary>One sample to draw.</summary>
/// <param name="Prompt">The caption.</param>
/// <param name="Seed">Decides all its noise.</param>
/// <param name="GuidanceScale">s of classifier-free guidance.</param>
public sealed record SampleRequest(string Prompt, ulong Seed, double GuidanceScale);
