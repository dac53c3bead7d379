using System.Globalization;
using Atelier.Abstractions;
using Atelier.Diffusion.Training;

namespace Atelier.Cli.Train;

/// <summary>The file <c>loss.csv</c>: one line a step, written when the step is done.</summary>
internal sealed class LossLog : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly List<(long Step, double Loss)> _losses;

    private LossLog(StreamWriter writer, List<(long Step, double Loss)> losses) => (_writer, _losses) = (writer, losses);

    /// <summary>Step and loss of every line.</summary>
    public IReadOnlyList<(long Step, double Loss)> Losses => _losses;

    /// <summary>Opens the file, without the lines of steps that a checkpoint does not have.</summary>
    /// <param name="path">The file, created if need be.</param>
    /// <param name="step">The checkpoint's step.</param>
    /// <param name="measures">Names of what is measured beside the loss.</param>
    /// <exception cref="InvalidInputException">It is not such a table.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or too long.</exception>
    public static LossLog Open(string path, long step, IReadOnlyList<string> measures)
    {
        string[] columns = ["step", "loss", .. measures, "gradient_norm", "learning_rate"];
        var header = string.Join(',', columns);
        List<string> lines = [header];
        List<(long Step, double Loss)> losses = [];
        foreach (var (line, row) in RunTable.Read(path, step, header, line => Parse(line, columns.Length, losses.Count == 0 ? 0 : losses[^1].Step), row => row.Step))
        {
            lines.Add(line);
            losses.Add(row);
        }
        TrainingFolder.Write(path, string.Concat(lines.Select(line => line + "\n")));
        return new LossLog(new StreamWriter(path, append: true) { AutoFlush = true }, losses);
    }

    /// <summary>Adds a step.</summary>
    public void Append(TrainingProgress progress)
    {
        double[] values = [progress.Loss, .. progress.Measures, progress.GradientNorm, progress.LearningRate];
        _writer.Write(string.Create(
            CultureInfo.InvariantCulture, $"{progress.Step},{string.Join(',', values.Select(value => value.ToString("G7", CultureInfo.InvariantCulture)))}\n"));
        _losses.Add((progress.Step, progress.Loss));
    }

    public void Dispose() => _writer.Dispose();

    private static (long Step, double Loss)? Parse(string line, int columns, long before)
    {
        var fields = line.Split(',');
        return fields.Length == columns
            && long.TryParse(fields[0], CultureInfo.InvariantCulture, out var step) && step > before
            && double.TryParse(fields[1], CultureInfo.InvariantCulture, out var loss) && double.IsFinite(loss)
            && double.TryParse(fields[^1], CultureInfo.InvariantCulture, out _) ? (step, loss) : null;
    }
}
