using System.Diagnostics;
using System.Globalization;

namespace Atelier.Bench.Run;

/// <summary>When the command <c>atelier run</c>, as a process of its own, said what.</summary>
/// <param name="Start">Until the job is submitted and workers may begin: the runtime, the check of model and prompts, the silo.</param>
/// <param name="Job">From there until the dataset is complete.</param>
/// <param name="End">Until the process is gone.</param>
internal sealed record CommandTimes(TimeSpan Start, TimeSpan Job, TimeSpan End)
{
    private const string Submitted = "Drawing ", Complete = "Drew ";

    /// <summary>What a user waits.</summary>
    public TimeSpan All => Start + Job + End;

    /// <summary>Runs the command.</summary>
    /// <param name="options">The job.</param>
    /// <param name="folder">A new folder for the dataset.</param>
    /// <exception cref="InvalidDataException">The command failed.</exception>
    public static async Task<CommandTimes> MeasureAsync(RunOptions options, string folder)
    {
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", Arguments(options, folder)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var (submitted, complete) = (begun, begun);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Submitted, StringComparison.Ordinal)) submitted = Stopwatch.GetTimestamp();
            if (line.StartsWith(Complete, StringComparison.Ordinal)) complete = Stopwatch.GetTimestamp();
        }
        await process.WaitForExitAsync();
        var ended = Stopwatch.GetTimestamp();
        if (process.ExitCode != 0 || submitted == begun || complete == begun)
            throw new InvalidDataException($"atelier run ended with exit code {process.ExitCode}: {(await errors).Trim()}");
        return new CommandTimes(Stopwatch.GetElapsedTime(begun, submitted), Stopwatch.GetElapsedTime(submitted, complete), Stopwatch.GetElapsedTime(complete, ended));
    }

    private static List<string> Arguments(RunOptions options, string folder)
    {
        var binaries = Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));
        List<string> arguments =
        [
            Path.Combine(binaries, "atelier.dll"), "run", options.Prompts, "--out", folder, "--model", options.Model, "--devices", "cpu",
            "--workers", $"{options.Workers}", "--sampler", options.Spec.Sampler, "--steps", $"{options.Spec.Steps}",
            "--guidance", options.Spec.GuidanceScale.ToString(CultureInfo.InvariantCulture), "--batch", $"{options.Spec.BatchSize}",
            "--shard-size", $"{options.Spec.ShardSize}", "--images-per-prompt", $"{options.Spec.ImagesPerPrompt}",
        ];
        if (!options.Spec.Upsample) arguments.Add("--no-upsample");
        return arguments;
    }
}
