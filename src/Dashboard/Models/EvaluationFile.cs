using System.Globalization;
using Atelier.Input;

namespace Atelier.Dashboard.Models;

/// <summary>Reads what <c>atelier evaluate</c> has left in a model's folder: <c>evaluation/evaluation.csv</c>, a line a guidance scale, columns by their names.</summary>
internal static class EvaluationFile
{
    private const long MaxBytes = 1 << 20;

    /// <summary>The results by guidance scale; none where there is no such file, or nothing that is understood.</summary>
    public static IReadOnlyList<GuidanceResult> Read(string? folder)
    {
        if (folder is null) return [];
        try
        {
            using var file = RegularFile.OpenRead(Path.Combine(folder, "evaluation", "evaluation.csv"));
            if (file.Length > MaxBytes) return [];
            using var text = new StreamReader(file);
            return Parse(text.ReadToEnd());
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }

    internal static IReadOnlyList<GuidanceResult> Parse(string table)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0) return [];
        var columns = lines[0].Split(',').Index().GroupBy(one => one.Item, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Index, StringComparer.Ordinal);
        var results = new List<GuidanceResult>();
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',');
            if (Number("guidance") is { } guidance && Share("one_object") is { } one && Share("two_objects") is { } two && Number("diversity") is { } diversity)
                results.Add(new GuidanceResult(guidance, one, two, diversity));

            double? Number(string name) =>
                columns.TryGetValue(name, out var at) && at < cells.Length && double.TryParse(cells[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

            JudgedShare? Share(string name) => Number(name) is { } rate && Number($"{name}_low") is { } low && Number($"{name}_high") is { } high ? new JudgedShare(rate, low, high) : null;
        }
        return [.. results.OrderBy(result => result.Guidance)];
    }
}
