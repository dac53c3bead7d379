using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;

namespace Atelier.Golden.Processes;

/// <summary>What the cases of a diffusion process have in common.</summary>
internal static class DiffusionCase
{
    /// <summary>The process that a member of case.json describes.</summary>
    public static GaussianDiffusion ReadDiffusion(this GoldenCase golden, string member)
    {
        var config = golden.Json.Member(member);
        return new GaussianDiffusion(NoiseSchedule.Create(
            config.Member("noise_schedule").GetString()!,
            config.Member("steps").GetInt32(),
            config.Member("timestep_respacing").GetString()!));
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
