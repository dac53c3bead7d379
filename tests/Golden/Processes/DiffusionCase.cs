using System.Text.Json;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Networks;

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
}
