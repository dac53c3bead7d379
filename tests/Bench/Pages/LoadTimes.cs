using System.Collections.Concurrent;
using System.Diagnostics;

namespace Atelier.Bench.Pages;

/// <summary>Requests for one job at a steady rate, while many follow its events and its shards go on.</summary>
internal static class LoadTimes
{
    private const int RequestsPerSecond = 200;
    private const int CommitsPerSecond = 50;

    public static async Task WriteAsync(Scene scene, int streams, TimeSpan duration, Table table)
    {
        using var http = scene.Client(connections: int.MaxValue);
        using var stop = new CancellationTokenSource();
        await AskAsync(http, TimeSpan.FromSeconds(2));
        var before = Heap.Bytes();
        var (heard, readers) = (new ConcurrentDictionary<int, int>(), new List<Task>());
        foreach (var chunk in Enumerable.Range(0, streams).Chunk(50))
        {
            readers.AddRange(chunk.Select(number => FollowAsync(http, number, heard, stop.Token)));
            while (heard.Count < chunk[^1] + 1) await Task.Delay(5);
        }
        var heap = Heap.Bytes() - before;
        readers.Add(CommitAsync(scene, stop.Token));

        var (busy, begun, events) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp(), heard.Values.Sum());
        var times = await AskAsync(http, duration);
        var took = Stopwatch.GetElapsedTime(begun);
        var cores = (Process.GetCurrentProcess().TotalProcessorTime - busy) / took;
        var each = (heard.Values.Sum() - events) / (streams * took.TotalSeconds);
        var quiet = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var idle = (Process.GetCurrentProcess().TotalProcessorTime - quiet.TotalProcessorTime) / Stopwatch.GetElapsedTime(quiet.Item2);
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        table.WriteRow([$"GET /api/v1/jobs/{{job}} at {RequestsPerSecond}/s beside {streams:N0} streams", "p50 3 ms, p99 50 ms", $"p50 {PagesBenchmark.At(times, 0.5)}, p99 {PagesBenchmark.At(times, 0.99)}; {times.Count / took.TotalSeconds:N0}/s, {cores:N2} cores"]);
        table.WriteRow([$"{streams:N0} streams, {each:N1} events/s each", "100 KB each, half a core", $"{PagesBenchmark.Size(heap / Math.Max(1, streams))} each with the reader's end, {idle:N2} cores with readers, silo and {CommitsPerSecond} commits/s"]);
    }

    // Begun by the clock and not by the answer before, so that a slow answer does not hide the next.
    private static async Task<ConcurrentBag<double>> AskAsync(HttpClient http, TimeSpan duration)
    {
        var (times, asked, begun) = (new ConcurrentBag<double>(), new List<Task>(), Stopwatch.GetTimestamp());
        for (var number = 0; Stopwatch.GetElapsedTime(begun) < duration; number++)
        {
            asked.Add(Task.Run(async () =>
            {
                var sent = Stopwatch.GetTimestamp();
                using var response = await http.GetAsync(new Uri($"/api/v1/jobs/{Scene.Huge}", UriKind.Relative));
                response.EnsureSuccessStatusCode();
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }));
            var next = TimeSpan.FromSeconds((number + 1.0) / RequestsPerSecond) - Stopwatch.GetElapsedTime(begun);
            if (next > TimeSpan.Zero) await Task.Delay(next);
        }
        await Task.WhenAll(asked);
        return times;
    }

    private static async Task FollowAsync(HttpClient http, int number, ConcurrentDictionary<int, int> heard, CancellationToken stop)
    {
        try
        {
            using var response = await http.GetAsync(new Uri($"/api/v1/jobs/{Scene.Huge}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
            response.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await lines.ReadLineAsync(stop) is { } line)
                if (line.StartsWith("event:", StringComparison.Ordinal)) heard.AddOrUpdate(number, 1, (_, count) => count + 1);
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    private static async Task CommitAsync(Scene scene, CancellationToken stop)
    {
        var info = await scene.AdmitAsync();
        while (!stop.IsCancellationRequested)
        {
            await scene.Workers.MakeAsync(info, await scene.Workers.AcquireAsync(info));
            await Task.Delay(TimeSpan.FromSeconds(1.0 / CommitsPerSecond), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
