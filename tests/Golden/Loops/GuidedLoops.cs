using System.Globalization;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;
using static TorchSharp.torch;

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
        using var network = golden.LoadNetwork();
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        var diffusion = golden.ReadDiffusion("diffusion");
        foreach (var loop in golden.Outputs.Keys.Select(name => name[..name.LastIndexOf('.')]).Distinct())
        {
            var sampler = loop.StartsWith("p_sample_loop.", StringComparison.Ordinal) ? new AncestralSampler() : (ISampler)new DdimSampler(After(loop, "eta_"));
            var scale = After(loop, "scale_");

            var (samples, predicted) = Run(golden, sampler, diffusion, new NotebookGuidance(network, text, scale), whole => whole);
            comparison.Check($"{loop}.all_samples", samples);
            if (golden.Outputs.ContainsKey($"{loop}.all_pred_xstart")) comparison.Check($"{loop}.all_pred_xstart", predicted);

            var ours = new ClassifierFreeGuidance(network, text, full(1, 1, 1, 1, (float)scale));
            comparison.CheckPart(
                $"{loop}.all_samples", $"{loop}.all_samples with our own guidance",
                Run(golden, sampler, diffusion, ours, FirstHalf).Samples, want => want.chunk(2, dim: 1)[0]);
        }
    }

    private static (Tensor Samples, Tensor PredictedXStart) Run(
        GoldenCase golden, ISampler sampler, GaussianDiffusion diffusion, IDenoiser denoiser, Func<Tensor, Tensor> part)
    {
        // step_noise is recorded in the order of the steps, the noisiest first.
        var steps = SamplingLoop.Run(sampler, diffusion, denoiser, step => part(
            step < 0 ? golden.Input("noise") : golden.Input("step_noise")[diffusion.Schedule.Steps - 1 - step]).clone()).ToList();
        return (stack(steps.Select(step => step.Sample)), stack(steps.Select(step => step.PredictedXStart)));
    }

    private static Tensor FirstHalf(Tensor batch) => batch.chunk(2)[0];

    private static double After(string name, string label)
    {
        var start = name.IndexOf(label, StringComparison.Ordinal) + label.Length;
        return double.Parse(name[start..].Split('.') is [var whole, var fraction, ..] ? $"{whole}.{fraction}" : name[start..], CultureInfo.InvariantCulture);
    }
}
