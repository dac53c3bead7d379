using System.Net;
using Atelier.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Atelier.Bench.Telemetry;

/// <summary>Who listens to a silo's telemetry, in this process too: one that fetches its metrics each second, and one that is sent traces, metrics and logs by OTLP.</summary>
internal sealed class Listeners : IAsyncDisposable
{
    private const string Section = "Atelier";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpListener _otlp = new();
    private readonly HttpClient _scraper = new();
    private readonly int _metricsPort = FreePort();
    private readonly int _otlpPort = FreePort();
    private readonly Task _listening;
    private readonly Task _scraping;

    public Listeners()
    {
        _otlp.Prefixes.Add($"http://127.0.0.1:{_otlpPort}/");
        _otlp.Start();
        _listening = ListenAsync();
        _scraping = ScrapeAsync();
    }

    /// <summary>Times that metrics were fetched, and their bytes.</summary>
    public (int Count, long Bytes) Scraped { get; private set; }

    /// <summary>Messages sent by OTLP, and their bytes.</summary>
    public (int Count, long Bytes) Sent { get; private set; }

    /// <summary>Has the silo tell.</summary>
    /// <param name="builder">The silo.</param>
    public void AddTo(IHostApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"{Section}:MetricsPort"] = $"{_metricsPort}",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{_otlpPort}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        });
        builder.AddServiceDefaults("bench");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _otlp.Stop();
        await Task.WhenAll(_listening, _scraping);
        _otlp.Close();
        _scraper.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var context = await _otlp.GetContextAsync();
                var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Sent = (Sent.Count + 1, Sent.Bytes + body.Length);
                context.Response.Close();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ScrapeAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, _stopping.Token);
                var page = await _scraper.GetByteArrayAsync(new Uri($"http://127.0.0.1:{_metricsPort}/metrics"), _stopping.Token);
                Scraped = (Scraped.Count + 1, Scraped.Bytes + page.Length);
            }
            catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
            {
                // The silo starts, or has stopped.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
