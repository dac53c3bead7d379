using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Sweeps;

/// <summary>A setting that samples of one prompt may differ in.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Word">Its name on the page.</param>
/// <param name="ValueOf">Its value for a sample, as it is shown.</param>
internal sealed record SweepAxis(string Name, string Word, Func<JobSpec, PromptRow, int, string> ValueOf)
{
    /// <summary>All of them. Steps and sampler are the same for all rows of a job.</summary>
    public static IReadOnlyList<SweepAxis> All { get; } =
    [
        new("guidance", "guidance scale", (spec, row, _) => Say.Number(row.GuidanceScale ?? spec.GuidanceScale)),
        new("negative", "negative prompt", (spec, row, _) => (row.NegativePrompt ?? spec.NegativePrompt) is { Length: > 0 } text ? text : "none"),
        new("seed", "seed", (_, row, _) => row.Seed?.ToString(CultureInfo.InvariantCulture) ?? "of the row"),
        new("steps", "steps", (spec, _, _) => Say.Count(spec.Steps)),
        new("sampler", "sampler", (spec, _, _) => spec.Sampler),
        new("image", "image of the row", (_, _, image) => Say.Count(image + 1)),
    ];

    /// <summary>Numbers by their size, and all else as text.</summary>
    public static int Compare(string first, string second) =>
        double.TryParse(first, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var a) && double.TryParse(second, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var b)
            ? a.CompareTo(b)
            : string.CompareOrdinal(first, second);
}
