using System.Net;
using System.Reflection;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Cluster;

/// <summary>A cluster that was there, and does not answer any more.</summary>
public sealed class SilentClusterTests : IAsyncLifetime
{
    private readonly MemoryStore _store = new();
    private DashboardHost? _host;
    private HttpClient? _http;

    public async ValueTask InitializeAsync()
    {
        await DrawnJob.WriteAsync(_store, "drawn");
        var grains = DispatchProxy.Create<IGrainFactory, SilentGrains>();
        _host = await DashboardHost.StartAsync(new DashboardOptions { Store = _store, Port = 0, Patience = TimeSpan.FromMilliseconds(200), Connect = _ => Task.FromResult(grains) });
        _http = new HttpClient { BaseAddress = _host.Address };
        while ((await SendAsync(HttpMethod.Get, "/health/ready")).Status != HttpStatusCode.OK) await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    [Fact]
    public async Task WhatTheStoreKnows_IsServed_AndTheRestIsRefusedWithATimeToComeBack()
    {
        var job = await SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn");
        Assert.Equal((HttpStatusCode.OK, "completed", false), (job.Status, job.Text("status"), job.Json.GetProperty("live").GetBoolean()));
        var list = await SendAsync(HttpMethod.Get, "/api/v1/jobs");
        Assert.Equal((1, false), (list.Json.GetProperty("total").GetInt32(), list.Json.GetProperty("live").GetBoolean()));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn/samples/000000001/image")).Status);

        using var response = await _http!.GetAsync(new Uri("/api/v1/fleet", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2)), (response.StatusCode, response.Headers.RetryAfter?.Delta));
        Assert.Equal("cluster.unreachable", (await SendAsync(HttpMethod.Post, "/api/v1/jobs/drawn/pause")).Code);
    }

    private Task<TestDashboard.Reply> SendAsync(HttpMethod method, string path) => TestDashboard.SendAsync(_http!, method, path);

    /// <summary>Gives grains that never answer.</summary>
    public class SilentGrains : DispatchProxy
    {
        private static readonly MethodInfo Proxy = typeof(DispatchProxy).GetMethods().Single(method => method is { Name: nameof(Create), IsGenericMethod: true });

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Proxy.MakeGenericMethod(targetMethod!.ReturnType, typeof(SilentGrain)).Invoke(null, null);
    }

    /// <summary>A grain whose calls never complete.</summary>
    public class SilentGrain : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Activator.CreateInstance(typeof(TaskCompletionSource<>).MakeGenericType(targetMethod!.ReturnType.GetGenericArguments().FirstOrDefault() ?? typeof(int))) is { } never
                ? never.GetType().GetProperty("Task")!.GetValue(never) : null;
    }
}
