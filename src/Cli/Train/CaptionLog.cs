using System.Globalization;
using Atelier.Abstractions;
using Atelier.Diffusion.Training;

namespace Atelier.Cli.Train;

/// <summary>
/// The files <c>captions.csv</c> and <c>captions.png</c>: what captions tell the network at each noise level, measured at every checkpoint.
/// </summary>
internal sealed class CaptionLog
{
    private const string Header = "step,snr_from,snr_to,right,misplaced,shuffled";

    private readonly TrainingFolder _folder;
    private readonly CaptionProbe _probe;
    private readonly List<(long Step, CaptionLoss Loss)> _losses;

    private CaptionLog(TrainingFolder folder, CaptionProbe probe, List<(long Step, CaptionLoss Loss)> losses) =>
        (_folder, _probe, _losses) = (folder, probe, losses);

    /// <summary>The last measurement for a line of progress: where layouts are decided, what another one costs; empty before the first.</summary>
    public string Latest { get; private set; } = "";

    /// <summary>Reads what was measured up to a checkpoint.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="step">The checkpoint's step.</param>
    /// <param name="probe">What measures.</param>
    /// <exception cref="InvalidInputException">The table is not one.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or too long.</exception>
    public static CaptionLog Open(TrainingFolder folder, long step, CaptionProbe probe)
    {
        List<(long Step, CaptionLoss Loss)> losses = [];
        foreach (var (_, row) in RunTable.Read(folder.CaptionTable, step, Header, line => Parse(line, losses.Count == 0 ? 0 : losses[^1].Step), row => row.Step))
            losses.Add(row);
        return new CaptionLog(folder, probe, losses);
    }

    /// <summary>Measures and writes; does nothing where this step was measured before.</summary>
    /// <param name="trainer">The run.</param>
    public void Append(Trainer trainer)
    {
        if (_losses.Count > 0 && _losses[^1].Step == trainer.Step) return;

        var measured = trainer.Measure(_probe);
        _losses.AddRange(measured.Select(loss => (trainer.Step, loss)));
        TrainingFolder.Write(_folder.CaptionTable, string.Concat(new[] { Header }.Concat(_losses.Select(line => Format(line.Step, line.Loss))).Select(line => line + "\n")));
        CaptionPlot.Save(_losses, _folder.CaptionPicture);
        Latest = Describe(measured);
    }

    // Below a signal-to-noise ratio of 0.05 nothing but the caption can say what lies where.
    private static string Describe(IReadOnlyList<CaptionLoss> measured)
    {
        var noisy = measured.Where(loss => loss.Bucket.High <= 0.05).ToList();
        if (noisy.Count == 0) return "";
        var right = noisy.Average(loss => loss.Right);
        var layout = noisy.Average(loss => loss.Misplaced) is { } misplaced ? $" sides exchanged {Change(right, misplaced)}," : "";
        return string.Create(CultureInfo.InvariantCulture, $", SNR < 0.05:{layout} captions shuffled {Change(right, noisy.Average(loss => loss.Shuffled))}");
    }

    // Rounded first: of a change that rounds to nothing the format would leave two signs.
    private static string Change(double from, double to) =>
        (Math.Round((to - from) / from, 3) + 0.0).ToString("+0.0 %;-0.0 %", CultureInfo.InvariantCulture);

    private static string Format(long step, CaptionLoss loss) => string.Create(
        CultureInfo.InvariantCulture,
        $"{step},{loss.Bucket.Low},{loss.Bucket.High},{loss.Right:G7},{loss.Misplaced:G7},{loss.Shuffled:G7}");

    // A step has a line for each bucket.
    private static (long Step, CaptionLoss Loss)? Parse(string line, long before)
    {
        var fields = line.Split(',');
        if (fields.Length != 6 || !long.TryParse(fields[0], CultureInfo.InvariantCulture, out var step) || step < before) return null;
        var numbers = Array.ConvertAll(fields[1..], field => double.TryParse(field, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number : (double?)null);
        return numbers is [{ } low, { } high, { } right, var misplaced, { } shuffled] && (misplaced is null) == (fields[4].Length == 0)
            && double.IsFinite(right) && double.IsFinite(misplaced ?? 0) && double.IsFinite(shuffled)
            ? (step, new CaptionLoss(new SnrBucket(low, high), right, misplaced, shuffled))
            : null;
    }
}
