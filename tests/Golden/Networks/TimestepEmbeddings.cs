using System.Globalization;
using Atelier.Diffusion.Networks;

namespace Atelier.Golden.Networks;

/// <summary>Sinusoidal embeddings; the outputs are called <c>int.dim_32</c>, <c>frac.dim_33</c> or <c>max_period_100.dim_16</c>.</summary>
internal static class TimestepEmbeddings
{
    private const string MaxPeriod = "max_period_";

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        foreach (var name in golden.Outputs.Keys)
        {
            if (name.Split(".dim_") is not [var what, var channels]) continue;
            var maxPeriod = what.StartsWith(MaxPeriod, StringComparison.Ordinal) ? Number(what[MaxPeriod.Length..]) : 10000;
            comparison.Check(name, TimestepEmbedding.Embed(golden.Input(what == "int" ? "t_int" : "t_frac"), Number(channels), maxPeriod));
        }
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
