using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Golden.Schedules;

/// <summary>Timestep respacing, what it refuses, and the schedules of betas by name and by end points.</summary>
internal static class TimestepMaps
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        foreach (var entry in golden.Json.Member("space_timesteps").EnumerateArray())
        {
            var (timesteps, respacing) = (entry.Member("num_timesteps").GetInt32(), entry.Member("section_counts").GetString()!);
            var want = entry.Member("steps").EnumerateArray().Select(step => step.GetInt32());
            comparison.CheckExactly($"'{respacing}' of {timesteps}", TimestepRespacing.Choose(respacing, timesteps), want);
        }
        foreach (var entry in golden.Json.Member("errors").EnumerateArray())
        {
            var (timesteps, respacing) = (entry.Member("num_timesteps").GetInt32(), entry.Member("section_counts").GetString()!);
            comparison.CheckExactly($"'{respacing}' of {timesteps}", [IsRefused(respacing, timesteps) ? "refused" : "accepted"], ["refused"]);
        }
        foreach (var (name, (want, _)) in golden.Outputs)
        {
            // The length is the tensor's: for a named schedule it may not be the one in the name.
            if (name.Split('.') is not [var function, var schedule, _]) continue;
            var count = (int)want.shape[0];
            comparison.Check(name, tensor(function == "get_named_beta_schedule"
                ? BetaSchedule.Named(schedule, count)
                : BetaSchedule.Ranged(schedule, 0.0001, 0.02, count)));
        }
    }

    private static bool IsRefused(string respacing, int timesteps)
    {
        try
        {
            TimestepRespacing.Choose(respacing, timesteps);
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
