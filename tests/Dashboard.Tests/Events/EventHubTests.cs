using System.Net.ServerSentEvents;
using Atelier.Dashboard.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Events;

public sealed class EventHubTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Followers_OfOneJob_ShareOneSubscription()
    {
        await dashboard.StartAsync("shared", 2);
        var hub = dashboard.Services.GetRequiredService<EventHub>();
        var all = Enumerable.Range(0, 100).Select(_ => hub.Subscribe(["job:shared"], null)!).ToList();
        Assert.Single(hub.Followed, "job:shared");

        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/shared/cancel");
        foreach (var subscription in all)
        {
            Assert.Equal("end", (await subscription.ReadAsync(Cancel).LastAsync(Cancel)).EventType);
            subscription.Dispose();
        }
        Assert.DoesNotContain("job:shared", hub.Followed);
    }

    [Fact]
    public async Task AFollower_WhoDoesNotRead_IsDroppedAndToldSo()
    {
        var hub = dashboard.Services.GetRequiredService<EventHub>();
        using var subscription = hub.Subscribe(["jobs"], null)!;
        for (var i = 0; i < 1000; i++) subscription.Write(new SseItem<string>("{}", "job"));
        var read = await subscription.ReadAsync(Cancel).ToListAsync(Cancel);
        Assert.Equal((257, "hello", "reset"), (read.Count, read[0].EventType, read[^1].EventType));
    }
}
