using System.Globalization;
using System.Text;
using Atelier.Input;
using Spectre.Console;

namespace Atelier.Cli.Evaluate;

/// <summary>The results of a comparison as a page, a table of numbers and a picture.</summary>
/// <param name="settings">How they came about.</param>
/// <param name="results">One a method.</param>
internal sealed class ComparisonReport(EvaluateSettings settings, IReadOnlyList<ComparisonResult> results)
{
    private static readonly string[] Headers =
        ["group", "method", "scale or steps", "network evaluations", "classifier gradients", "exactly the object", "the object is there", "diversity"];

    /// <summary>Writes the three files.</summary>
    /// <param name="folder">An existing folder.</param>
    public void Write(string folder)
    {
        RegularFile.Write(Path.Combine(folder, "comparison.md"), ToMarkdown());
        RegularFile.Write(Path.Combine(folder, "comparison.csv"), ToCsv());
        ComparisonPlot.Save(results, Path.Combine(folder, "comparison.png"));
    }

    /// <summary>The table for the console.</summary>
    public Table ToTable()
    {
        var table = new Table();
        foreach (var (i, header) in Headers.Index())
        {
            var column = new TableColumn(header);
            table.AddColumn(i < 2 ? column : column.RightAligned());
        }
        foreach (var result in results) table.AddRow([.. Cells(result).Select(Markup.Escape)]);
        return table;
    }

    private string ToMarkdown()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Guidance, samplers and tools on {Path.GetFileName(settings.Model.Path)}

            - Model digest: `{settings.Model.Digest}`
            - Captions: {settings.Samples}, each naming one object by colour and shape, seed {settings.Seed}, batches of {settings.Batch}
            - Guidance and toolbox: {settings.Sampler}, {settings.Steps} steps; samplers at guidance {ComparisonMethod.SamplerGuidance}, toolbox at {ComparisonMethod.ToolboxGuidance}

            | {string.Join(" | ", Headers)} |
            |---|---|{string.Concat(Headers.Skip(2).Select(_ => "---:|"))}

            """);
        foreach (var result in results) page.Append("| ").AppendJoin(" | ", Cells(result)).Append(" |\n");
        page.Append("""

            Evaluations and gradients are counted, an image. Shares of images judged right, with 95 % Wilson intervals. Diversity is the mean root
            mean square difference of pixels, from 0 to 1, between images of one caption that differ in their seeds.

            ![Guidance, samplers and tools](comparison.png)

            """);
        return page.ToString();
    }

    private string ToCsv()
    {
        var table = new StringBuilder("group,method,value,evaluations,gradients,exact,exact_low,exact_high,there,there_low,there_high,images,diversity\n");
        foreach (var result in results)
        {
            var (method, exact, there) = (result.Method, result.Adherence, result.Named);
            table.Append(
                CultureInfo.InvariantCulture,
                $"{Lower(method.Group)},{method.Series},{method.Name},{result.Evaluations:F2},{result.Gradients:F2},{exact.Rate:F4},{exact.Interval.Low:F4},{exact.Interval.High:F4},");
            table.Append(
                CultureInfo.InvariantCulture, $"{there.Rate:F4},{there.Interval.Low:F4},{there.Interval.High:F4},{exact.Of},{result.Diversity:F4}\n");
        }
        return table.ToString();
    }

    private static string[] Cells(ComparisonResult result) =>
    [
        Lower(result.Method.Group), result.Method.Series, result.Method.Name,
        Number(result.Evaluations), Number(result.Gradients), EvaluationReport.Percent(result.Adherence), EvaluationReport.Percent(result.Named),
        result.Diversity.ToString("F3", CultureInfo.InvariantCulture),
    ];

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Lower(ComparisonGroup group) => group.ToString().ToLowerInvariant();
}
