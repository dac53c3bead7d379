using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>Runs of pseudo Runge-Kutta and pseudo linear multi-step sampling with classifier-free guidance.</summary>
internal static class MultiStepLoops
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        var diffusion = golden.ReadDiffusion("diffusion");
        var scale = golden.Json.Member("guidance_scale").GetDouble();
        var process = new DenoisingProcess(diffusion, new NotebookGuidance(new ConditionalNetwork(network, text), scale));
        foreach (var (loop, sampler) in new[] { ("prk_sample_loop", new PlmsSampler(rungeKutta: true)), ("plms_sample_loop", new PlmsSampler()) })
        {
            var epsilons = new List<Tensor>();
            sampler.OnEpsilon = epsilon => epsilons.Add(epsilon.clone().DetachFromDisposeScope());
            var (samples, predicted) = RecordedLoop.Run(golden, sampler, process, diffusion.Run);
            comparison.Check($"{loop}.all_sample", samples);
            comparison.Check($"{loop}.all_pred_xstart", predicted);
            comparison.Check($"{loop}.all_eps", stack(epsilons));
        }
    }
}
