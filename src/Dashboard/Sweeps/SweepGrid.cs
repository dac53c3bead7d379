using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;

namespace Atelier.Dashboard.Sweeps;

/// <summary>Samples of one prompt, by two of the settings that they differ in.</summary>
internal sealed record SweepGrid
{
    /// <summary>Values of an axis that are shown; the page says of how many.</summary>
    public const int MostValues = 24;

    /// <summary>The axis of the columns.</summary>
    public required SweepAxis X { get; init; }

    /// <summary>The axis of the rows.</summary>
    public required SweepAxis Y { get; init; }

    /// <summary>Values of the columns, from the left.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Values of the rows, from the top.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>The other axes that have several values, with those and the one that is shown.</summary>
    public required IReadOnlyList<(SweepAxis Axis, IReadOnlyList<string> Values, string Chosen)> Others { get; init; }

    /// <summary>Samples by column and row.</summary>
    public required IReadOnlyDictionary<(string Column, string Row), SweepCell> Cells { get; init; }

    /// <summary>Whether all samples begin with the same noise, so that nothing but the axes tells them apart.</summary>
    public required bool HasOneSeed { get; init; }

    /// <summary>Lays out the samples of rows that have one prompt.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="spec">Settings of rows that have none of their own.</param>
    /// <param name="rows">The rows, at least one; that of the query is among them.</param>
    /// <param name="imagesPerPrompt">Samples of a row.</param>
    public static SweepGrid Of(SweepQuery query, JobSpec spec, IReadOnlyList<PromptRow> rows, int imagesPerPrompt)
    {
        var samples = rows.SelectMany(row => Enumerable.Range(0, imagesPerPrompt).Select(image => (row, image))).ToList();
        var values = SweepAxis.All.ToDictionary(axis => axis.Name, axis => Values(axis, samples, spec));
        // Those with most values are what somebody wants to see, and stand in the order of the list where they have as many.
        var byCount = SweepAxis.All.OrderByDescending(axis => values[axis.Name].Count).ToList();
        var x = SweepAxis.All.FirstOrDefault(axis => axis.Name == query.X) ?? byCount.First(axis => axis.Name != query.Y);
        var y = SweepAxis.All.FirstOrDefault(axis => axis.Name == query.Y && axis != x) ?? byCount.First(axis => axis != x);
        var marked = rows.FirstOrDefault(row => row.Index == query.Row) ?? rows[0];
        var others = SweepAxis.All.Where(axis => axis != x && axis != y && values[axis.Name].Count > 1).Select(axis =>
        {
            var own = axis.ValueOf(spec, marked, 0);
            return (axis, values[axis.Name], query.Fixed.GetValueOrDefault(axis.Name) is { } asked && values[axis.Name].Contains(asked) ? asked : own);
        }).ToList();
        var cells = new Dictionary<(string, string), SweepCell>();
        foreach (var (row, image) in samples.Where(one => others.TrueForAll(other => other.axis.ValueOf(spec, one.row, one.image) == other.Item3)))
            cells.TryAdd((x.ValueOf(spec, row, image), y.ValueOf(spec, row, image)), new SweepCell(row, image, row.Index * imagesPerPrompt + image));
        return new SweepGrid
        {
            X = x,
            Y = y,
            Columns = [.. values[x.Name].Take(MostValues)],
            Rows = [.. values[y.Name].Take(MostValues)],
            Others = others,
            Cells = cells,
            // A row without a seed has one that its place in the list tells.
            HasOneSeed = cells.Values.Select(cell => (cell.Row.Seed, cell.Row.Seed is null ? cell.Row.Index : 0, cell.Image)).Distinct().Count() <= 1,
        };
    }

    private static IReadOnlyList<string> Values(SweepAxis axis, IEnumerable<(PromptRow Row, int Image)> samples, JobSpec spec) =>
        [.. samples.Select(one => axis.ValueOf(spec, one.Row, one.Image)).Distinct(StringComparer.Ordinal).Order(Comparer<string>.Create(SweepAxis.Compare))];
}

/// <summary>A sample of a sweep.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Image">Which of the row's images, from 0.</param>
/// <param name="Number">Its number in the job.</param>
internal sealed record SweepCell(PromptRow Row, int Image, long Number);
