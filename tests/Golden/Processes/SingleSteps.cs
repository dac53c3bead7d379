using System.Globalization;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Processes;

/// <summary>Every formula of a single step, for a network and a classifier whose outputs are given. Each row has a timestep of its own.</summary>
internal static class SingleSteps
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var diffusion = golden.ReadDiffusion("config");
        var (xStart, x, t, noise) = (golden.Input("x_start"), golden.Input("x"), golden.Input("t"), golden.Input("noise"));
        var (output, gradient) = (golden.Input("model_output"), golden.Input("cond_grad"));

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
            CheckSteps(name, row => new DenoisingProcess(diffusion, new RecordedDenoiser(output[row..(row + 1)])) { ClipDenoised = clip });
            CheckSteps($"{name}.cond_fn", row => new DenoisingProcess(diffusion, new RecordedDenoiser(output[row..(row + 1)], gradient[row..(row + 1)])) { ClipDenoised = clip });
        }
        // The case's denoised_fn is x_0 / 2 + 1 / 4.
        comparison.CheckDistribution("p_mean_variance.denoised_fn", diffusion.PMeanVariance(output, x, t, denoised: predicted => (predicted * S(0.5)).Plus(S(0.25))));

        var p = diffusion.PMeanVariance(output, x, t);
        comparison.Check("condition_mean", GaussianDiffusion.ConditionMean(p, gradient));
        comparison.CheckDistribution("condition_score", diffusion.ConditionScore(p, x, t, gradient));

        void CheckSteps(string name, Func<int, DenoisingProcess> process)
        {
            CheckStep($"p_sample.{name}", new AncestralSampler().StepRows(process, x, diffusion.Run, t, noise));
            foreach (var eta in new[] { 0, 0.3, 1 })
                CheckStep(string.Create(CultureInfo.InvariantCulture, $"ddim_sample.eta_{eta:0.0}.{name}"), new DdimSampler(eta).StepRows(process, x, diffusion.Run, t, noise));
            CheckStep($"ddim_reverse_sample.{name}", DiffusionCase.Rows(x, t, (row, index) => DdimSampler.ReverseStep(process(row), x[row..(row + 1)], diffusion.Run, index)));
        }

        void CheckStep(string name, (Tensor Sample, Tensor PredictedXStart) step)
        {
            comparison.Check($"{name}.sample", step.Sample);
            comparison.Check($"{name}.pred_xstart", step.PredictedXStart);
        }
    }
}
