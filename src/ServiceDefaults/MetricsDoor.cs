using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Atelier.ServiceDefaults;

/// <summary>
/// Serves <c>/metrics</c>, <c>/health/live</c> and <c>/health/ready</c> on an address of their own, apart from what the program is for. It opens before anything else starts and
/// closes after everything has stopped, so that whoever asks is always answered.
/// </summary>
internal sealed partial class MetricsDoor(TelemetryOptions options, HealthCheckService health, MeterProvider meters, ILogger<MetricsDoor> logger) : IHostedLifecycleService, IAsyncDisposable
{
    private WebApplication? _web;

    /// <summary>Where it listens, once it does.</summary>
    public IPEndPoint? Address { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Door!);
        });
        builder.Services.AddRoutingCore();
        _web = builder.Build();
        _web.MapPrometheusScrapingEndpoint("/metrics", meters, null, null);
        _web.MapGet("/health/live", context => AnswerAsync(context, "live", null));
        _web.MapGet("/health/ready", ReadyAsync);
        await _web.StartAsync(cancellationToken);
        Address = new IPEndPoint(options.Door!.Address, new Uri(_web.Urls.First()).Port);
        LogOpen(Address);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _web?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(TelemetryHosting.Ready), context.RequestAborted);
        if (report.Status == HealthStatus.Healthy) await AnswerAsync(context, "ready", null);
        else await AnswerAsync(context, "waiting", string.Join("; ", report.Entries.Where(check => check.Value.Status != HealthStatus.Healthy).Select(check => check.Value.Description ?? check.Key)));
    }

    private static Task AnswerAsync(HttpContext context, string status, string? reason)
    {
        context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(new { status, reason });
    }

    [LoggerMessage(LogLevel.Information, "Metrics and health are at http://{Address}")]
    private partial void LogOpen(IPEndPoint address);
}
