using System.Net;
using System.Net.Http.Headers;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Jobs;

/// <summary>The folder of one job, as <c>atelier run</c> makes it.</summary>
public sealed class JobFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-dashboard-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task AFolder_IsShownAsAStoreOfOneJob_IntoWhichNothingIsWritten()
    {
        var path = Path.Combine(_folder.FullName, "first");
        var store = DirectoryStore.OfJob(path, out var job);
        await DrawnJob.WriteAsync(store, job);
        var files = Directory.GetFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories).Length;
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = store, Port = 0 }, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = host.Address };

        var list = await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/jobs");
        Assert.Equal(("first", "completed"), (list.Json.GetProperty("data")[0].GetProperty("job").GetString(), list.Json.GetProperty("data")[0].GetProperty("status").GetString()));
        Assert.Equal((20, 2), (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/jobs/first")) is var one ? (one.Json.GetProperty("finished").GetInt32(), one.Json.GetProperty("failed").GetInt32()) : default);
        Assert.Equal(HttpStatusCode.OK, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/jobs/first/samples/000000019/image")).Status);
        using var body = new ByteArrayContent("a\n"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
        Assert.Equal("cluster.unreachable", (await TestDashboard.SendAsync(http, HttpMethod.Post, "/api/v1/files", body)).Code);
        Assert.Equal(files, Directory.GetFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories).Length);
    }
}
