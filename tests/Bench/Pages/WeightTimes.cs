using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Atelier.Bench.Pages;

/// <summary>Sizes of pages as they are sent, and how long the server takes for them.</summary>
internal static partial class WeightTimes
{
    private const int Times = 20;
    private const int FirstImages = 40;

    public static async Task WriteAsync(Scene scene, Table table)
    {
        using var http = scene.Client();
        var cold = await GetAsync(http, "/jobs");
        table.WriteRow(["10,000 jobs, first list, cold", "5 s, no job activated", $"{cold.Milliseconds:N0} ms"]);
        var job = await GetAsync(http, $"/jobs/{Scene.Huge}");
        var assets = await AssetsAsync(http, job.Text);
        table.WriteRow(["page of a job and all assets, first visit", "300 KB", $"{PagesBenchmark.Size(job.Bytes + assets.Sum(asset => asset.Bytes))} (scripts {PagesBenchmark.Size(Of(".js"))}, styles {PagesBenchmark.Size(Of(".css"))})"]);
        table.WriteRow(["the same page again", "10 KB", PagesBenchmark.Size(job.Bytes)]);
        var list = await RepeatAsync(http, "/jobs");
        table.WriteRow(["10,000 jobs: first 200 rows", "20 KB, 1 s", $"{PagesBenchmark.Size(list.Bytes)}, median {PagesBenchmark.At(list.Milliseconds, 0.5)}"]);
        var found = await RepeatAsync(http, "/jobs?q=job-0999");
        table.WriteRow(["10,000 jobs: filtered, by the server", "50 ms", $"median {PagesBenchmark.At(found.Milliseconds, 0.5)}"]);
        var all = await RepeatAsync(http, "/api/v1/jobs?limit=10000", times: 3);
        table.WriteRow(["10,000 jobs by the API", "0.7 MB", $"{PagesBenchmark.Size(all.Bytes)}, median {PagesBenchmark.At(all.Milliseconds, 0.5)}"]);
        var map = await RepeatAsync(http, $"/jobs/{Scene.Huge}/map");
        table.WriteRow(["map of 100,000 shards", "5 KB", $"{PagesBenchmark.Size(map.Bytes)}, median {PagesBenchmark.At(map.Milliseconds, 0.5)}"]);
        var begun = Stopwatch.GetTimestamp();
        var gallery = await GetAsync(http, $"/jobs/{Scene.Drawn}/images?size=s");
        var images = Source().Matches(gallery.Text).Select(match => match.Groups[1].Value.Replace("&amp;", "&", StringComparison.Ordinal)).Take(FirstImages).ToList();
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (image, _) => await GetAsync(http, image));
        table.WriteRow([$"gallery: page of 1,000 and its first {images.Count} images, cold", "1 s", $"{Stopwatch.GetElapsedTime(begun).TotalMilliseconds:N0} ms ({PagesBenchmark.Size(gallery.Bytes)})"]);
        var again = await RepeatAsync(http, $"/jobs/{Scene.Drawn}/images?size=s");
        table.WriteRow(["gallery: page of 1,000 again", "-", $"median {PagesBenchmark.At(again.Milliseconds, 0.5)}"]);

        long Of(string extension) => assets.Where(asset => asset.Path.EndsWith(extension, StringComparison.Ordinal)).Sum(asset => asset.Bytes);
    }

    private static async Task<(long Bytes, List<double> Milliseconds)> RepeatAsync(HttpClient http, string path, int times = Times)
    {
        var (bytes, milliseconds) = (0L, new List<double>());
        for (var time = 0; time < times; time++)
        {
            var reply = await GetAsync(http, path);
            bytes = reply.Bytes;
            milliseconds.Add(reply.Milliseconds);
        }
        return (bytes, milliseconds);
    }

    // Style sheet, icon, and scripts with those that they import.
    private static async Task<List<(string Path, long Bytes)>> AssetsAsync(HttpClient http, string page)
    {
        var (found, open) = (new Dictionary<string, long>(StringComparer.Ordinal), new Queue<string>(Asset().Matches(page).Select(match => match.Groups[1].Value)));
        while (open.TryDequeue(out var path))
        {
            if (found.ContainsKey(path)) continue;
            var reply = await GetAsync(http, path);
            found[path] = reply.Bytes;
            if (!path.EndsWith(".js", StringComparison.Ordinal)) continue;
            foreach (Match import in Import().Matches(reply.Text)) open.Enqueue($"{path[..path.LastIndexOf('/')]}/{import.Groups[1].Value}");
        }
        return [.. found.Select(asset => (asset.Key, asset.Value))];
    }

    private static async Task<(string Text, long Bytes, double Milliseconds)> GetAsync(HttpClient http, string path)
    {
        var begun = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var body = await response.Content.ReadAsByteArrayAsync();
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        Stream plain = new MemoryStream(body);
        if (response.Content.Headers.ContentEncoding.Contains("br")) plain = new BrotliStream(plain, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        var text = await reader.ReadToEndAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{path} is answered with {(int)response.StatusCode} after {took:N0} ms: {text}");
        return (text, body.Length, took);
    }

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Asset();

    [GeneratedRegex(@"(?:from|import) '\./([^']+)'")]
    private static partial Regex Import();

    [GeneratedRegex("<img src=\"([^\"]+)\"")]
    private static partial Regex Source();
}
