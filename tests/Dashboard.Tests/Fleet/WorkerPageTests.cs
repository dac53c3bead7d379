using System.Net;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;
using Atelier.Dashboard.Fleet;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Fleet;

public sealed class WorkerPageTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Page_SaysWhatAWorkerDoes_AndItsButtonsTellIt()
    {
        var info = new WorkerInfo(Guid.NewGuid(), "page/1", "cuda:1") { ModelDigest = new string('c', 64) };
        var state = new WorkerState { Worker = info, Model = "shapes", JobId = "some", Shard = 7, Batch = 1, Step = 11, ImagesPerSecond = 1.5, LastError = "the disk is <full>" };
        await dashboard.Grains.GetGrain<IFleetGrain>(0).Report(new SiloReport("10.0.0.9:11111@7", [state]));
        // Another test may have read the fleet within the last second.
        dashboard.Services.GetRequiredService<FleetReader>().Expire();

        var (_, page) = await GetAsync($"/fleet/{info.Id}");
        foreach (var part in new[] { "page/1", "cuda:1", "/jobs/some/shards?at=7", ">12<", "of batch 2", "1.50", "The disk is &lt;full&gt;.", new string('c', 64), "10.0.0.9" }) Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Contains($"/fleet/{info.Id}", (await GetAsync("/fleet?q=page")).Page, StringComparison.Ordinal);
        Assert.Contains("id=\"worker\"", (await GetAsync("/find?q=page/1")).Page, StringComparison.Ordinal);

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["order"] = "cordon", ["target"] = info.Id.ToString(), ["here"] = $"/fleet/{info.Id}" });
        using var told = await dashboard.Http.PostAsync(new Uri("/fleet/order", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal($"/fleet/{info.Id}", told.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("to finish what they have", await told.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfAWorkerThatNobodyKnows_IsNotThere() => Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/fleet/{Guid.NewGuid()}")).Status);

    private async Task<(HttpStatusCode Status, string Page)> GetAsync(string path)
    {
        using var response = await dashboard.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
