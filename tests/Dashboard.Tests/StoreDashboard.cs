using Atelier.Dashboard.Access;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests;

/// <summary>A dashboard of a store alone: <c>drawn</c> is completed, and of <c>half</c> two shards of three are committed.</summary>
public sealed class StoreDashboard : IAsyncLifetime
{
    private DashboardHost? _host;

    public MemoryStore Store { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await DrawnJob.WriteAsync(Store, "drawn");
        await DrawnJob.WriteAsync(Store, "half", shards: 2);
        _host = await DashboardHost.StartAsync(new DashboardOptions { Store = Store, Port = 0 });
        Http = new HttpClient { BaseAddress = _host.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Lets keys that were made in the store be known at once.</summary>
    public void Expire() => _host!.Services.GetRequiredService<KeyRing>().Expire();

    public Task<TestDashboard.Reply> SendAsync(HttpMethod method, string path, object? body = null) => TestDashboard.SendAsync(Http, method, path, body);

    /// <summary>The answer as it comes, with headers that ask for it in a way.</summary>
    public async Task<(HttpResponseMessage Response, byte[] Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
