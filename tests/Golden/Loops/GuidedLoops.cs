using System.Globalization;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;

namespace Atelier.Golden.Loops;

/// <summary>
/// Whole sampling runs with classifier-free guidance on recorded noise: on the notebook's doubled batch, and with our own guidance, which
/// doubles it inside and so makes the first half only. The outputs are called <c>p_sample_loop.scale_3.0.all_samples</c> or
/// <c>ddim_sample_loop.eta_1.0.scale_3.0.all_samples</c>.
/// </summary>
internal static class GuidedLoops
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        var diffusion = golden.ReadDiffusion("diffusion");
        foreach (var loop in golden.Outputs.Keys.Select(name => name[..name.LastIndexOf('.')]).Distinct())
        {
            ISampler sampler = loop.StartsWith("p_sample_loop.", StringComparison.Ordinal) ? new AncestralSampler() : new DdimSampler(After(loop, "eta_"));
            var scale = After(loop, "scale_");

            var (samples, predicted) = RecordedLoop.Run(
                golden, sampler, new DenoisingProcess(diffusion, new NotebookGuidance(new ConditionalNetwork(network, text), scale)), diffusion.Run);
            comparison.Check($"{loop}.all_samples", samples);
            if (golden.Outputs.ContainsKey($"{loop}.all_pred_xstart")) comparison.Check($"{loop}.all_pred_xstart", predicted);

            using var ours = new ClassifierFreeGuidance(new ConditionalNetwork(network, text), [scale]);
            comparison.CheckPart(
                $"{loop}.all_samples", $"{loop}.all_samples with our own guidance",
                RecordedLoop.Run(golden, sampler, new DenoisingProcess(diffusion, ours), diffusion.Run, whole => whole.chunk(2)[0]).Samples,
                want => want.chunk(2, dim: 1)[0]);
        }
    }

    private static double After(string name, string label)
    {
        var start = name.IndexOf(label, StringComparison.Ordinal) + label.Length;
        return double.Parse(name[start..].Split('.') is [var whole, var fraction, ..] ? $"{whole}.{fraction}" : name[start..], CultureInfo.InvariantCulture);
    }
}
