using Atelier.Diffusion.Processes;

namespace Atelier.Golden.Processes;

/// <summary>The terms of the variational bound.</summary>
internal static class Likelihood
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var (x, means, logScales) = (golden.Input("x"), golden.Input("means"), golden.Input("log_scales"));
        comparison.Check("log_likelihood", TrainingLoss.DiscretizedLogLikelihood(x, means, logScales));
        comparison.Check("normal_kl", TrainingLoss.NormalKl(means, logScales, golden.Input("means2"), golden.Input("log_scales2")));
        comparison.Check("cdf", TrainingLoss.NormalCdf(golden.Input("cdf_x")));
    }
}
