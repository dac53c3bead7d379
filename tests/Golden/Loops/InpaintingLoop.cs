using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;

namespace Atelier.Golden.Loops;

/// <summary>The inpainting notebook's run: guided, the known pixels pinned in every predicted image. Inputs are doubled already.</summary>
internal static class InpaintingLoop
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        var images = golden.Images();
        var half = images with { Known = images.Known!.chunk(2)[0], KnownMask = images.KnownMask!.chunk(2)[0] };
        var scale = golden.Json.Member("guidance_scale").GetDouble();
        var diffusion = golden.ReadDiffusion("diffusion");

        var notebook = new DenoisingProcess(diffusion, new NotebookGuidance(new ConditionalNetwork(network, text, half), scale)) { Denoised = images.KeepKnown };
        comparison.Check("all_samples", RecordedLoop.Run(golden, new AncestralSampler(), notebook, diffusion.Run).Samples);

        using var guidance = new ClassifierFreeGuidance(new ConditionalNetwork(network, text, half), [scale]);
        var ours = new DenoisingProcess(diffusion, guidance) { Denoised = half.KeepKnown };
        comparison.CheckPart(
            "all_samples", "all_samples with our own guidance",
            RecordedLoop.Run(golden, new AncestralSampler(), ours, diffusion.Run, whole => whole.chunk(2)[0]).Samples, want => want.chunk(2, dim: 1)[0]);
    }
}
