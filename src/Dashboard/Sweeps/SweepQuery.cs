using System.Globalization;

namespace Atelier.Dashboard.Sweeps;

/// <summary>Which sweep is shown, as the address says. What is not allowed is passed over.</summary>
/// <param name="Row">A row with the prompt, from 0.</param>
/// <param name="X">Name of the axis whose values are columns; null for the one with most values.</param>
/// <param name="Y">Name of that whose values are rows; null for the next.</param>
/// <param name="Fixed">Values of other axes, by their names.</param>
internal sealed record SweepQuery(long Row, string? X, string? Y, IReadOnlyDictionary<string, string> Fixed)
{
    public static SweepQuery Read(IQueryCollection query) => new(
        long.TryParse(query["row"], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var row) && row >= 0 ? row : 0,
        Axis(query["x"]),
        Axis(query["y"]),
        SweepAxis.All.Select(axis => (axis.Name, Value: query[axis.Name].ToString())).Where(one => one.Value.Length is > 0 and <= 500).ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal));

    private static string? Axis(string? name) => SweepAxis.All.Any(axis => axis.Name == name) ? name : null;
}
