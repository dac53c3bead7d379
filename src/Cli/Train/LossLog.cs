using System.Globalization;
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
    public static LossLog Open(string path, long step, IReadOnlyList<string> measures)
    {
        string[] columns = ["step", "loss", .. measures, "gradient_norm", "learning_rate"];
        List<string> lines = [string.Join(',', columns)];
        List<(long, double)> losses = [];
        foreach (var line in File.Exists(path) ? File.ReadLines(path).Skip(1) : [])
        {
            // A killed process may leave half a line, and its step will be done again.
            if (Parse(line, columns.Length) is not { } loss || loss.Step > step) break;
            lines.Add(line);
            losses.Add(loss);
        }

        var temporary = path + ".tmp";
        File.WriteAllText(temporary, string.Concat(lines.Select(line => line + "\n")));
        File.Move(temporary, path, overwrite: true);
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

    private static (long Step, double Loss)? Parse(string line, int columns)
    {
        var fields = line.Split(',');
        return fields.Length == columns
            && long.TryParse(fields[0], CultureInfo.InvariantCulture, out var step)
            && double.TryParse(fields[1], CultureInfo.InvariantCulture, out var loss)
            && double.TryParse(fields[^1], CultureInfo.InvariantCulture, out _) ? (step, loss) : null;
    }
}
