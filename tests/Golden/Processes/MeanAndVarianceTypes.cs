using Atelier.Diffusion.Samplers;

namespace Atelier.Golden.Processes;

/// <summary>The ways in which a network's output can stand for a mean and a variance; ours are epsilon and a learned range.</summary>
internal static class MeanAndVarianceTypes
{
    private const string Ours = "EPSILON.LEARNED_RANGE.";

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var diffusion = golden.ReadDiffusion("config");
        var (x, t, noise, output) = (golden.Input("x"), golden.Input("t"), golden.Input("noise"), golden.Input("model_output"));

        comparison.CheckDistribution($"{Ours}p_mean_variance", diffusion.PMeanVariance(output, x, t));
        comparison.Check($"{Ours}p_sample", new AncestralSampler().Step(diffusion, output, x, t, noise).Sample);
        comparison.Check($"{Ours}ddim_sample.eta_0.7", new DdimSampler(0.7).Step(diffusion, output, x, t, noise).Sample);

        comparison.LeaveOut(
            "the other mean and variance types", golden.Outputs.Keys.Where(name => !name.StartsWith(Ours, StringComparison.Ordinal)));
    }
}
