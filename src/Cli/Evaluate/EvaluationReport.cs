using System.Globalization;
using System.Text;
using Atelier.Input;
using Atelier.Shapes;
using Spectre.Console;

namespace Atelier.Cli.Evaluate;

/// <summary>The results in numbers: <c>evaluation.md</c>, <c>evaluation.csv</c>, <c>evaluation.png</c> and a table for the console.</summary>
/// <param name="settings">How they came about.</param>
/// <param name="judge">How good the judge is.</param>
/// <param name="results">One a guidance scale.</param>
internal sealed class EvaluationReport(EvaluateSettings settings, string judge, IReadOnlyList<ScaleResult> results)
{
    /// <summary>Name of the picture with samples, which the page shows.</summary>
    public const string SamplesFile = "samples.png";

    private const string PlotFile = "evaluation.png";

    private static readonly string[] Headers =
        ["guidance", "one object: colour and shape", "two objects: all and relation", "two objects: count", "background", "diversity"];

    /// <summary>How often the judge sees what was rendered.</summary>
    public static string Describe(JudgeAccuracy accuracy, int scenes) => string.Create(
        CultureInfo.InvariantCulture,
        $"The judge reads {accuracy.OneObject.Adherence:P1} of {scenes} rendered scenes with one object rightly, {accuracy.TwoObjects.Adherence:P1} of those with two");

    /// <summary>Writes the three files.</summary>
    /// <param name="folder">An existing folder.</param>
    public void Write(string folder)
    {
        RegularFile.Write(Path.Combine(folder, "evaluation.md"), ToMarkdown());
        RegularFile.Write(Path.Combine(folder, "evaluation.csv"), ToCsv());
        EvaluationPlot.Save(results, Path.Combine(folder, PlotFile));
    }

    /// <summary>The table for the console.</summary>
    public Table ToTable()
    {
        var table = new Table();
        foreach (var header in Headers) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var result in results) table.AddRow([.. Cells(result).Select(Markup.Escape)]);
        return table;
    }

    private string ToMarkdown()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Evaluation of {Path.GetFileName(settings.Model.Path)}

            - Model digest: `{settings.Model.Digest}`
            - Sampling: {settings.Sampler}, {settings.Steps} steps, batches of {settings.Batch}, seed {settings.Seed}
            - Captions: {settings.Samples} with one object and {settings.Samples} with two, of the held-out split
            - {judge}

            | {string.Join(" | ", Headers)} |
            |{string.Concat(Headers.Select(_ => "---:|"))}

            """);
        foreach (var result in results) page.Append("| ").AppendJoin(" | ", Cells(result)).Append(" |\n");
        page.Append("""

            Shares of images judged right, with 95 % Wilson intervals; the background only where the caption states it. Diversity is the mean
            root mean square difference of pixels, from 0 to 1, between images of one caption that differ in their seeds.

            ![Adherence and diversity over guidance](evaluation.png)

            ![Samples](samples.png)

            """);
        return page.ToString();
    }

    private string ToCsv()
    {
        var table = new StringBuilder("guidance");
        foreach (var share in new[] { "one_object", "two_objects", "two_objects_count", "background" })
            table.Append(CultureInfo.InvariantCulture, $",{share},{share}_low,{share}_high,{share}_images");
        table.Append(",diversity,non_finite,one_colour,one_shape,one_size,one_place,two_colour,two_shape,two_relation,two_sizes\n");
        foreach (var result in results)
        {
            table.Append(CultureInfo.InvariantCulture, $"{result.Guidance}");
            foreach (var share in new[] { result.OneObject, result.TwoObjects, result.TwoCounted, result.Background })
                table.Append(CultureInfo.InvariantCulture, $",{share.Rate:F4},{share.Interval.Low:F4},{share.Interval.High:F4},{share.Of}");
            table.Append(CultureInfo.InvariantCulture, $",{result.Diversity:F4},{result.NonFinite}");
            var (one, two) = (result.OneDetails, result.TwoDetails);
            foreach (var rate in new[] { one.Colour, one.Shape, one.Sizes, one.Place, two.Colour, two.Shape, two.Relation, two.Sizes })
                table.Append(CultureInfo.InvariantCulture, $",{rate:F4}");
            table.Append('\n');
        }
        return table.ToString();
    }

    private static string[] Cells(ScaleResult result) =>
    [
        result.Guidance.ToString(CultureInfo.InvariantCulture),
        Percent(result.OneObject), Percent(result.TwoObjects), Percent(result.TwoCounted), Percent(result.Background),
        result.Diversity.ToString("F3", CultureInfo.InvariantCulture),
    ];

    internal static string Percent(Share share) => share.Of == 0
        ? "none"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * share.Rate:F1} % ({100 * share.Interval.Low:F1} to {100 * share.Interval.High:F1})");
}
