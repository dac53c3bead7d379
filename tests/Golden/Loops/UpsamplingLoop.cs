using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;

namespace Atelier.Golden.Loops;

/// <summary>The upsampler's run of the text-to-image notebook, on base samples rounded to 256 levels; its noise has the temperature in it.</summary>
internal static class UpsamplingLoop
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        var lowRes = ConcatenatedImages.Quantize(golden.Input("base_samples"));
        comparison.CheckExactly("low_res", lowRes.data<float>(), golden.Input("low_res").data<float>());
        var diffusion = golden.ReadDiffusion("diffusion");
        var process = new DenoisingProcess(diffusion, new ConditionalNetwork(network, text, new ConcatenatedImages(LowRes: lowRes)));
        comparison.Check("all_samples", RecordedLoop.Run(golden, new DdimSampler(), process, diffusion.Run).Samples);
    }
}
