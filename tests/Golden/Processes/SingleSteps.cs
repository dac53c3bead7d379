using System.Globalization;
using Atelier.Diffusion.Samplers;

namespace Atelier.Golden.Processes;

/// <summary>Every formula of a single step, for a network whose output is given. Each row has a timestep of its own.</summary>
internal static class SingleSteps
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var diffusion = golden.ReadDiffusion("config");
        var (xStart, x, t, noise) = (golden.Input("x_start"), golden.Input("x"), golden.Input("t"), golden.Input("noise"));
        var output = golden.Input("model_output");

        comparison.Check("q_sample", diffusion.QSample(xStart, t, noise));
        var (mean, variance, logVariance) = diffusion.QMeanVariance(xStart, t);
        comparison.Check("q_mean_variance.mean", mean);
        comparison.Check("q_mean_variance.variance", variance.expand_as(xStart));
        comparison.Check("q_mean_variance.log_variance", logVariance.expand_as(xStart));
        (mean, variance, logVariance) = diffusion.QPosterior(xStart, x, t);
        comparison.Check("q_posterior.mean", mean);
        comparison.Check("q_posterior.variance", variance.expand_as(xStart));
        comparison.Check("q_posterior.log_variance_clipped", logVariance.expand_as(xStart));

        foreach (var (name, clip) in new[] { ("clip_True", true), ("clip_False", false) })
        {
            comparison.CheckDistribution($"p_mean_variance.{name}", diffusion.PMeanVariance(output, x, t, clip));
            CheckStep($"p_sample.{name}", new AncestralSampler(), clip);
            foreach (var eta in new[] { 0, 0.3, 1 })
                CheckStep(string.Create(CultureInfo.InvariantCulture, $"ddim_sample.eta_{eta:0.0}.{name}"), new DdimSampler(eta), clip);
        }
        // The case's denoised_fn is x_0 / 2 + 1 / 4.
        comparison.CheckDistribution("p_mean_variance.denoised_fn", diffusion.PMeanVariance(output, x, t, denoised: predicted => predicted * 0.5 + 0.25));

        comparison.LeaveOut("ddim_reverse_sample", golden.Outputs.Keys.Where(name => name.StartsWith("ddim_reverse_sample.", StringComparison.Ordinal)));
        comparison.LeaveOut("cond_fn", golden.Outputs.Keys.Where(name => name.Contains("cond", StringComparison.Ordinal)));

        void CheckStep(string name, ISampler sampler, bool clip)
        {
            var (sample, predicted) = sampler.Step(diffusion, output, x, t, noise, clip);
            comparison.Check($"{name}.sample", sample);
            comparison.Check($"{name}.pred_xstart", predicted);
        }
    }
}
