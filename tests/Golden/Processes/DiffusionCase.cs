using System.Text.Json;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Processes;

/// <summary>What the cases of a diffusion process have in common.</summary>
internal static class DiffusionCase
{
    /// <summary>The process that a member of case.json describes.</summary>
    public static GaussianDiffusion ReadDiffusion(this GoldenCase golden, string member, bool rescaleTimesteps = false) =>
        ReadDiffusion(golden.Json.Member(member), golden.Json.Member(member).Text("timestep_respacing"), rescaleTimesteps);

    /// <summary>The process of a json object.</summary>
    public static GaussianDiffusion ReadDiffusion(JsonElement config, string respacing, bool rescaleTimesteps = false)
    {
        // guided-diffusion's name for what GLIDE calls squaredcos_cap_v2.
        var schedule = config.Text("noise_schedule") is "cosine" ? "squaredcos_cap_v2" : config.Text("noise_schedule");
        return new GaussianDiffusion(NoiseSchedule.Create(schedule, config.Int("steps"), respacing), rescaleTimesteps: rescaleTimesteps);
    }

    /// <summary>Compares the four parts of a distribution.</summary>
    public static void CheckDistribution(this Comparison comparison, string prefix, DenoisingDistribution distribution)
    {
        comparison.Check($"{prefix}.mean", distribution.Mean);
        comparison.Check($"{prefix}.variance", distribution.Variance);
        comparison.Check($"{prefix}.log_variance", distribution.LogVariance);
        comparison.Check($"{prefix}.pred_xstart", distribution.PredictedXStart);
    }

    /// <summary>Takes a step of every row of a batch from a level of its own.</summary>
    /// <param name="sampler">How to step.</param>
    /// <param name="process">Gives the process of a row.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="t">Step index of each row, [N] int64.</param>
    /// <param name="noise">As x.</param>
    public static (Tensor Sample, Tensor PredictedXStart) StepRows(
        this SingleStepSampler sampler, Func<int, DenoisingProcess> process, Tensor x, LevelRun run, Tensor t, Tensor noise) =>
        Rows(x, t, (row, index) => sampler.Step(process(row), x[row..(row + 1)], run, index, noise[row..(row + 1)]));

    /// <summary>Does something with every row of a batch.</summary>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">Step index of each row, [N] int64.</param>
    /// <param name="step">What to do with a row at a step.</param>
    public static (Tensor Sample, Tensor PredictedXStart) Rows(Tensor x, Tensor t, Func<int, int, (Tensor, Tensor)> step)
    {
        var steps = Enumerable.Range(0, (int)x.shape[0]).Select(row => step(row, (int)t[row].item<long>())).ToList();
        return (cat([.. steps.Select(one => one.Item1)]), cat([.. steps.Select(one => one.Item2)]));
    }
}
