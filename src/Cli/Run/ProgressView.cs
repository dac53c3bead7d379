using System.Globalization;
using Atelier.Abstractions.Jobs;
using Spectre.Console;

namespace Atelier.Cli.Run;

/// <summary>Shows a job's progress: a live bar on a terminal, a plain line now and then where the output is redirected.</summary>
internal static class ProgressView
{
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Follows a job to its end.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="updates">Progress as it comes.</param>
    /// <returns>The last progress.</returns>
    public static Task<JobProgress> FollowAsync(IAnsiConsole console, IAsyncEnumerable<JobProgress> updates) =>
        console.Profile.Capabilities.Interactive ? BarAsync(console, updates) : LinesAsync(console, updates);

    private static async Task<JobProgress> BarAsync(IAnsiConsole console, IAsyncEnumerable<JobProgress> updates)
    {
        JobProgress? last = null;
        await console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var task = context.AddTask("starting", maxValue: 1);
                await foreach (var progress in updates)
                {
                    last = progress;
                    if (progress.Samples > 0) (task.MaxValue, task.Value) = (progress.Samples, progress.Drawn);
                    task.Description = Markup.Escape(Describe(progress));
                }
            });
        return last!;
    }

    private static async Task<JobProgress> LinesAsync(IAnsiConsole console, IAsyncEnumerable<JobProgress> updates)
    {
        JobProgress? last = null;
        var shown = DateTime.MinValue;
        await foreach (var progress in updates)
        {
            // What is new is shown at once: that something else is being done, and the first time that is left.
            var isNews = last is null || progress.IsFinal || progress.Stage != last.Stage && progress.Stage.Describe() is not null || progress.Eta is not null && last.Eta is null;
            last = progress;
            if (!isNews && DateTime.UtcNow - shown < LinePeriod) continue;
            shown = DateTime.UtcNow;
            ProgressDisplay.Print(console, Describe(progress));
        }
        return last!;
    }

    /// <summary>One line: samples, images a second, time left, failures, and what there is to say.</summary>
    public static string Describe(JobProgress progress)
    {
        if (progress.Samples == 0) return progress.Status.ToString().ToLowerInvariant();
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{progress.Drawn:0}/{progress.Samples} samples"),
            $"{progress.ShardsFinished}/{progress.Shards} shards",
        };
        if (progress.ImagesPerSecond > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{progress.ImagesPerSecond:0.00} images/s"));
        if (progress.Eta is { } eta && !progress.IsFinal) parts.Add($"{ProgressDisplay.Duration(eta)} left");
        if (progress.Stage.Describe() is { } doing) parts.Add(doing);
        if (progress.Failed > 0) parts.Add($"{progress.Failed} failed");
        if (progress.Message is not null) parts.Add(progress.Message);
        return string.Join(", ", parts);
    }
}
