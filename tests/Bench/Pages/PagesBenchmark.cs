namespace Atelier.Bench.Pages;

/// <summary>
/// The dashboard against the budgets that it was designed for. Silo, dashboard and whoever asks are one process on loopback, so that processor and memory are those of all
/// three; the browser is a process of its own.
/// </summary>
internal static class PagesBenchmark
{
    /// <summary>Prints a row for each budget.</summary>
    /// <param name="jobs">Jobs of the list.</param>
    /// <param name="shards">Shards of the job that is looked at.</param>
    /// <param name="streams">Streams of events beside the requests.</param>
    /// <param name="duration">How long requests are sent.</param>
    /// <param name="rows">Rows of the list that is uploaded.</param>
    public static async Task RunAsync(int jobs, int shards, int streams, TimeSpan duration, int rows)
    {
        await using var scene = await Scene.StartAsync(jobs, shards);
        Console.WriteLine($"{Environment.ProcessorCount} cores; {jobs:N0} jobs, {shards:N0} shards");
        var table = new Table("what", "budget", "measured");
        table.WriteHead();
        await WeightTimes.WriteAsync(scene, table);
        await LoadTimes.WriteAsync(scene, streams, duration, table);
        await BrowserTimes.WriteAsync(scene, table);
        await UploadTimes.WriteAsync(rows, table);
    }

    /// <summary>The time below which so great a part of the times are.</summary>
    public static string At(IEnumerable<double> milliseconds, double part)
    {
        var sorted = milliseconds.Order().ToList();
        return sorted.Count == 0 ? "-" : $"{sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * part)]:N1} ms";
    }

    /// <summary>Bytes in thousands.</summary>
    public static string Size(long bytes) => $"{bytes / 1000.0:N1} KB";
}
