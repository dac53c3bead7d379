using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Atelier.EndToEnd.Cluster;

/// <summary>What a real Prometheus finds in a running cluster.</summary>
[Collection(nameof(Alone))]
public sealed class PrometheusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Scrape_AClusterThatDrawsAJob_AnswersWhatOperatorsAsk()
    {
        var (silos, server) = (FreePort.Find(), FreePort.Find());
        while (!FreePort.IsFree(silos + 1)) silos = FreePort.Find();
        await File.WriteAllTextAsync(_folder["prometheus.yml"], $$"""
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: atelier
                static_configs: [{ targets: ["127.0.0.1:{{silos}}", "127.0.0.1:{{silos + 1}}"] }]
            """, Cancel);
        using var cluster = await RunningCluster.StartAsync(_folder["store"], silos: 2, "--metrics-port", $"{silos}", "--workers", "1", "--no-dashboard");
        using var prometheus = RunningProcess.Start(
            "prometheus", $"--config.file={_folder["prometheus.yml"]}", $"--storage.tsdb.path={_folder["data"]}", $"--web.listen-address=127.0.0.1:{server}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server}") };
        await File.WriteAllLinesAsync(_folder["prompts.txt"], Enumerable.Range(0, 8).Select(i => $"a red circle {i}"), Cancel);

        var submit = await cluster.AtelierAsync("submit", _folder["prompts.txt"], "--job-id", "first", "--model", Path.Combine(Repository.Root, "models", "shapes"),
            "--steps", "4", "--no-upsample", "--batch", "2", "--shard-size", "4", "--watch");
        Assert.True(submit.ExitCode == 0, submit.Error);

        await UntilAsync(client, """sum(atelier_samples_total{job_id="first",outcome="drawn"})""", 8);
        // Each is asked for as alerts and panels do.
        await UntilAsync(client, "sum(up)", 2);
        await UntilAsync(client, """sum(atelier_workers{state="idle"})""", 2);
        await UntilAsync(client, """sum(atelier_leases_total{kind="draw"})""", 2);
        await UntilAsync(client, "sum(atelier_queue_shards)", 0);
        await UntilAsync(client, """sum(atelier_jobs{state="completed"})""", 1);
        await UntilAsync(client, """sum(atelier_step_duration_seconds_count{model="shapes"})""", 16);
        await UntilAsync(client, """sum(atelier_batch_fill_ratio_sum) / sum(atelier_batch_fill_ratio_count)""", 1);
        await UntilAsync(client, """sum(atelier_commit_duration_seconds_count{outcome="won"})""", 2);
        Assert.InRange(await AskAsync(client, "sum(atelier_shard_written_bytes_total)") ?? 0, 1000, 1_000_000);
        Assert.InRange(await AskAsync(client, "sum(atelier_device_busy_seconds_total)") ?? 0, 0.01, 600);
        Assert.InRange(await AskAsync(client, "histogram_quantile(0.5, sum by (le) (atelier_step_duration_seconds_bucket))") ?? 0, 0.001, 60);
        Assert.Equal(0, await cluster.StopAsync());
    }

    private static async Task UntilAsync(HttpClient prometheus, string query, double value)
    {
        double? last = null;
        for (var tries = 0; tries < 300; tries++)
        {
            if ((last = await AskAsync(prometheus, query)) == value) return;
            await Task.Delay(100, Cancel);
        }
        Assert.Fail($"{query} is {last}, not {value}");
    }

    private static async Task<double?> AskAsync(HttpClient prometheus, string query)
    {
        try
        {
            var answer = await prometheus.GetFromJsonAsync<JsonElement>($"/api/v1/query?query={Uri.EscapeDataString(query)}", Cancel);
            var result = answer.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            // It is still starting.
            return null;
        }
    }
}
