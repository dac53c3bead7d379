using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Atelier.ServiceDefaults.Tests;

public sealed class MetricsDoorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Door_IsLiveFromTheStart_AndReadyFromWhenAllHasStartedUntilItStops()
    {
        var part = new SlowPart();
        using var host = Build(services => services.AddHostedService(_ => part));
        var starting = host.StartAsync(Cancel);
        await part.Starting.Task;
        using var client = ClientOf(host);

        Assert.Equal((HttpStatusCode.OK, """{"status":"live","reason":null}"""), await GetAsync(client, "/health/live"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"waiting","reason":"it starts"}"""), await GetAsync(client, "/health/ready"));
        part.MayStart.SetResult();
        await starting;
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready","reason":null}"""), await GetAsync(client, "/health/ready"));

        var stopping = host.StopAsync(Cancel);
        await part.Stopping.Task;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"waiting","reason":"it stops"}"""), await GetAsync(client, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/health/live")).Code);
        part.MayStop.SetResult();
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("/health/live", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task Ready_AProgramThatLacksSomething_SaysWhat()
    {
        var isThere = false;
        using var host = Build(services => services.AddHealthChecks().AddCheck(
            "store", () => isThere ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the store was not reached yet"), [TelemetryHosting.Ready]));
        await host.StartAsync(Cancel);
        using var client = ClientOf(host);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"waiting","reason":"the store was not reached yet"}"""), await GetAsync(client, "/health/ready"));
        isThere = true;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/health/ready")).Code);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Metrics_OfAtelierAndTheRuntime_AreGivenInPrometheusWords()
    {
        using var meter = new Meter("Atelier.Test");
        using var host = Build();
        await host.StartAsync(Cancel);
        meter.CreateCounter<long>("atelier.test.samples", "{sample}").Add(3, new KeyValuePair<string, object?>("job", "first"));
        meter.CreateHistogram<double>("atelier.test.duration", "s").Record(0.5);
        using var client = ClientOf(host);

        var (code, text) = await GetAsync(client, "/metrics");

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Matches("""(?m)^atelier_test_samples_total\{[^}]*job="first"[^}]*\} 3""", text);
        Assert.Matches("""(?m)^atelier_test_duration_seconds_count""", text);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
        await host.StopAsync(Cancel);
    }

    [Theory]
    [InlineData("MetricsPort", "http", "configuration Atelier:MetricsPort is 'http'; allowed: 0 to 65535")]
    [InlineData("MetricsPort", "65536", "configuration Atelier:MetricsPort is '65536'; allowed: 0 to 65535")]
    [InlineData("MetricsPort", "-1", "configuration Atelier:MetricsPort is '-1'; allowed: 0 to 65535")]
    [InlineData("MetricsAddress", "example.org", "configuration Atelier:MetricsAddress is 'example.org'; allowed: an IP address, such as 127.0.0.1")]
    public void AddServiceDefaults_ASettingThatCannotBeUsed_IsNamed(string setting, string value, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Build(settings: (setting, value))).Message);

    [Fact]
    public async Task AddServiceDefaults_WithoutSettings_OpensNothing()
    {
        using var host = Build(settings: ("MetricsPort", ""));
        await host.StartAsync(Cancel);
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), part => part is MetricsDoor);
        await host.StopAsync(Cancel);
    }

    private static IHost Build(Action<IServiceCollection>? services = null, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Atelier:MetricsPort"] = "0" });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"Atelier:{setting.Name}", setting.Value)));
        builder.AddServiceDefaults("test");
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    private static HttpClient ClientOf(IHost host) =>
        new() { BaseAddress = new Uri($"http://{host.Services.GetServices<IHostedService>().OfType<MetricsDoor>().Single().Address}") };

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private sealed class SlowPart : IHostedService
    {
        public TaskCompletionSource Starting { get; } = new();

        public TaskCompletionSource MayStart { get; } = new();

        public TaskCompletionSource Stopping { get; } = new();

        public TaskCompletionSource MayStop { get; } = new();

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Starting.SetResult();
            return MayStart.Task;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stopping.SetResult();
            return MayStop.Task;
        }
    }
}
