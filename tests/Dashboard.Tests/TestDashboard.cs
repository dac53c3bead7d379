using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Models;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Atelier.Dashboard.Tests;

/// <summary>A dashboard on a free port of loopback, with a cluster of one silo on an in-memory store; tests play the workers.</summary>
public sealed class TestDashboard : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;
    private DashboardHost? _host;

    public MemoryStore Store { get; } = new();

    public static JobSpec Spec { get; } = new() { Model = "shapes", ModelDigest = new string('a', 64), ShardSize = 2, BatchSize = 2 };

    /// <summary>Models of this machine.</summary>
    public IReadOnlyList<KnownModel> Models { get; init; } = [];

    public IGrainFactory Grains => _cluster!.Client;

    public Uri Address => _host!.Address;

    public IServiceProvider Services => _host!.Services;

    /// <summary>Asks the API.</summary>
    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddSingleton<IStore>(Store).AddSingleton(TimeProvider.System));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _host = await DashboardHost.StartAsync(new DashboardOptions
        {
            Store = Store,
            Port = 0,
            // Machines that run tests are slow at times.
            Patience = TimeSpan.FromSeconds(30),
            Connect = _ => Task.FromResult<IGrainFactory>(_cluster.Client),
            Models = Models,
        });
        Http = new HttpClient { BaseAddress = _host.Address };
        while ((await SendAsync(HttpMethod.Get, "/health/ready")).Status != HttpStatusCode.OK) await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    /// <summary>A started job of some rows, which no worker draws.</summary>
    public async Task StartAsync(string job, int rows, JobScheduling? scheduling = null)
    {
        var grain = Grains.GetGrain<IJobGrain>(job);
        await grain.Create(Spec, scheduling);
        await grain.Append(0, [.. Enumerable.Range(0, rows).Select(index => new PromptRow { Index = index, Prompt = $"prompt {index}" })]);
        await grain.Start(rows);
    }

    /// <summary>Sends a request of the API and reads the answer as JSON.</summary>
    public Task<Reply> SendAsync(HttpMethod method, string path, object? body = null) => SendAsync(Http, method, path, body);

    /// <summary>The same with another client.</summary>
    public static async Task<Reply> SendAsync(HttpClient http, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : body as HttpContent ?? JsonContent.Create(body) };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply(
            response.StatusCode,
            text.Length > 0 && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonDocument.Parse(text).RootElement : default,
            response.Headers.ETag?.ToString(),
            response.Headers.Location?.ToString());
    }

    /// <summary>An answer.</summary>
    public sealed record Reply(HttpStatusCode Status, JsonElement Json, string? Tag, string? Location)
    {
        /// <summary>The stable name of the problem.</summary>
        public string? Code => Text("code");

        /// <summary>A member that is a text.</summary>
        public string? Text(string name) => Json.GetProperty(name).GetString();
    }
}
