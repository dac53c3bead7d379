using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// What a stage's network is told of the prompts of a batch. They go through the encoder in batches of N, the null prompt alone and once: so that no encoding
/// depends on the neighbours.
/// </summary>
internal static class PromptEncodings
{
    /// <summary>Prompts alone.</summary>
    public static Conditioning Encode(ITextEncoder text, SampleRequest[] requests) => text.Encode(Array.ConvertAll(requests, request => request.Prompt));

    /// <summary>The prompts, followed by what stands against each, as far as the passes of a step need them.</summary>
    public static Conditioning EncodeBoth(ITextEncoder text, SampleRequest[] requests, GuidanceSettings guidance)
    {
        var passes = requests[0].Kind.Passes;
        if (passes == GuidancePasses.Prompt) return Encode(text, requests);

        using var nothing = text.EncodeNothing();
        using var negative = Array.TrueForAll(requests, request => request.NegativePrompt.Length == 0)
            ? null
            : text.Encode(Array.ConvertAll(requests, request => request.NegativePrompt));
        Conditioning[] against = [.. requests.Select((request, i) => request.NegativePrompt.Length == 0 ? nothing.Part(0, 1) : negative!.Part(i, 1))];
        using var encoded = passes == GuidancePasses.Against && guidance is { NeedsTimestep: false, IsCombinationAlone: true } ? null : Encode(text, requests);
        Conditioning[] rows = [.. encoded is null ? against : [encoded], .. against];
        var both = Conditioning.Joined(rows);
        foreach (var part in against) part.Dispose();
        return both;
    }
}
