using Atelier.Abstractions.Prompts;
using Atelier.Diffusion.Pipelines;

namespace Atelier.Silo.Drawing;

/// <summary>A sample to be drawn, or one whose row the model does not allow.</summary>
/// <param name="Number">Number of the sample in the job.</param>
/// <param name="Row">Its row.</param>
/// <param name="Image">Which image of its row it is, from 0.</param>
/// <param name="Request">What to draw.</param>
/// <param name="Error">What is wrong with the row; null where nothing is.</param>
internal sealed record ShardSample(long Number, PromptRow Row, int Image, SampleRequest Request, (string Code, string Message)? Error)
{
    /// <summary>What the samples of a batch have in common.</summary>
    public (bool Failed, (GuidancePasses, bool)) Kind => (Error is not null, Request.Kind);
}
