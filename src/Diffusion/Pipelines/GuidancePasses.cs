namespace Atelier.Diffusion.Pipelines;

/// <summary>What a step of classifier-free guidance has to compute.</summary>
public enum GuidancePasses
{
    /// <summary>The prompt alone, at scale 1.</summary>
    Prompt,

    /// <summary>What stands against the prompt alone, at scale 0.</summary>
    Against,

    /// <summary>Both.</summary>
    Both,
}
