using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Golden.Schedules;

/// <summary>Every coefficient table of a named schedule, full and respaced.</summary>
internal static class ScheduleTables
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var config = golden.Json.Member("config");
        foreach (var respacing in config.Member("timestep_respacing").EnumerateArray().Select(value => value.GetString()!))
        {
            var schedule = NoiseSchedule.Create(config.Member("noise_schedule").GetString()!, config.Member("steps").GetInt32(), respacing);
            foreach (var (name, table) in Tables(schedule)) comparison.Check($"{(respacing == "" ? "full" : respacing)}.{name}", tensor(table));
            comparison.Check($"{(respacing == "" ? "full" : respacing)}.timestep_map", tensor(schedule.TimestepMap, int64));
        }
    }

    private static IEnumerable<(string Name, double[] Table)> Tables(NoiseSchedule schedule) =>
    [
        ("betas", schedule.Betas),
        ("alphas_cumprod", schedule.AlphasCumprod),
        ("alphas_cumprod_prev", schedule.AlphasCumprodPrevious),
        ("alphas_cumprod_next", schedule.AlphasCumprodNext),
        ("sqrt_alphas_cumprod", schedule.SqrtAlphasCumprod),
        ("sqrt_one_minus_alphas_cumprod", schedule.SqrtOneMinusAlphasCumprod),
        ("log_one_minus_alphas_cumprod", schedule.LogOneMinusAlphasCumprod),
        ("sqrt_recip_alphas_cumprod", schedule.SqrtReciprocalAlphasCumprod),
        ("sqrt_recipm1_alphas_cumprod", schedule.SqrtReciprocalMinusOneAlphasCumprod),
        ("posterior_variance", schedule.PosteriorVariance),
        ("posterior_log_variance_clipped", schedule.PosteriorLogVarianceClipped),
        ("posterior_mean_coef1", schedule.PosteriorMeanCoefficient1),
        ("posterior_mean_coef2", schedule.PosteriorMeanCoefficient2),
    ];
}
