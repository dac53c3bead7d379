using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>Classifier guidance of a class-conditional network: its formulas for one step, and whole runs.</summary>
internal static class ClassifierLoops
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadUNetModel();
        using var classifier = golden.LoadClassifier("classifier_config", "classifier_state.");
        var (x, t, labels) = (golden.Input("x"), golden.Input("t"), golden.Input("y"));
        var scale = full(1, 1, 1, 1, S((float)golden.Json.Member("classifier_scale").GetDouble()));
        var guided = new ClassifierGuidance(new ConditionalNetwork(network, new Conditioning(labels)), classifier, labels, scale);
        foreach (var rescale in golden.Json.Member("diffusion").Member("rescale_timesteps").EnumerateArray().Select(value => value.GetBoolean()))
        {
            var prefix = $"rescale_{rescale}";
            var diffusion = golden.ReadDiffusion("diffusion", rescale);
            var process = new DenoisingProcess(diffusion, guided);

            var timesteps = diffusion.NetworkTimesteps(t);
            var p = diffusion.PMeanVariance(network.call(x, timesteps, labels), x, t);
            var gradient = ClassifierGuidance.Gradient(classifier, x, timesteps, labels, scale);
            comparison.CheckDistribution($"{prefix}.p_mean_variance", p);
            comparison.Check($"{prefix}.condition_mean", GaussianDiffusion.ConditionMean(p, gradient));
            comparison.CheckDistribution($"{prefix}.condition_score", diffusion.ConditionScore(p, x, t, gradient));
            comparison.Check($"{prefix}.p_sample_loop.sample", RecordedLoop.Run(golden, new AncestralSampler(), process, diffusion.Run).Samples[-1]);
            comparison.Check($"{prefix}.ddim_sample_loop.sample", RecordedLoop.Run(golden, new DdimSampler(), process, diffusion.Run).Samples[-1]);
        }
    }
}
