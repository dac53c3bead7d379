using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Atelier.AppHost.Tests;

/// <summary>The host as <c>dotnet run --project src/AppHost</c> starts it, on a machine with nothing but the SDK.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string Silo = "Atelier.Silo";
    private static readonly string[] Prompts = ["a red circle", "a blue square", "a green triangle", "a yellow star", "a red square", "a blue circle", "a white star", "a green circle"];
    private readonly string _folder = Directory.CreateTempSubdirectory("atelier-apphost-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_AJobByTheDashboard_LosesASiloAndEqualsALocalRun_AndNothingIsLeftRunning()
    {
        var store = Path.Combine(_folder, "store");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Atelier:Store={store}", "--Atelier:Silos=2"], Cancel);
        List<int> silos;
        await using (var app = await builder.BuildAsync(Cancel))
        {
            await app.StartAsync(Cancel);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("dashboard", Cancel);
            silos = SilosOf(store);
            Assert.Equal(2, silos.Count);
            using var dashboard = app.CreateHttpClient("dashboard", "http");

            await SubmitAsync(dashboard);
            // The one that works on it.
            await UntilAsync(async () => (await JobAsync(dashboard)).GetProperty("shards").GetProperty("leased").GetInt32() > 0);
            using (var victim = Process.GetProcessById(silos[0])) victim.Kill();
            await UntilAsync(async () => (await JobAsync(dashboard)).GetProperty("status").GetString() is "completed" or "failed");

            Assert.Equal("completed", (await JobAsync(dashboard)).GetProperty("status").GetString());
            await app.StopAsync(Cancel);
        }
        Assert.Equal(await DatasetOfALocalRunAsync(), Dataset(Path.Combine(store, "first")));
        await UntilAsync(() => Task.FromResult(SilosOf(store).Count == 0));
    }

    private static async Task SubmitAsync(HttpClient dashboard)
    {
        var job = new
        {
            id = "first",
            rows = Prompts.Select(prompt => new { prompt }),
            spec = new { model = "shapes", steps = 4, upsample = false, batch_size = 2, shard_size = 2 },
        };
        // The silos read their models once they are up.
        await UntilAsync(async () =>
        {
            using var models = await dashboard.GetAsync(new Uri("/api/v1/models", UriKind.Relative), Cancel);
            return (await models.Content.ReadAsStringAsync(Cancel)).Contains("shapes", StringComparison.Ordinal);
        });
        using var answer = await dashboard.PostAsJsonAsync("/api/v1/jobs", job, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static Task<JsonElement> JobAsync(HttpClient dashboard) => dashboard.GetFromJsonAsync<JsonElement>("/api/v1/jobs/first", Cancel);

    private async Task<Dictionary<string, string>> DatasetOfALocalRunAsync()
    {
        var (list, result) = (Path.Combine(_folder, "prompts.txt"), Path.Combine(_folder, "local"));
        await File.WriteAllLinesAsync(list, Prompts, Cancel);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", "debug", "atelier.dll"), "run", list, "--out", result, "--model", Path.Combine(Root(), "models", "shapes"),
                "--steps", "4", "--no-upsample", "--batch", "2", "--shard-size", "2",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var run = Process.Start(start)!;
        var output = await Task.WhenAll(run.StandardOutput.ReadToEndAsync(Cancel), run.StandardError.ReadToEndAsync(Cancel));
        await run.WaitForExitAsync(Cancel);
        Assert.True(run.ExitCode == 0, string.Join(Environment.NewLine, output));
        return Dataset(result);
    }

    // Stats name the attempt, which is another one each time.
    private static Dictionary<string, string> Dataset(string job) => Directory.EnumerateFiles(Path.Combine(job, "shards"))
        .Where(file => Path.GetExtension(file) != ".json")
        .ToDictionary(file => Path.GetFileName(file)!, file => Convert.ToBase64String(File.ReadAllBytes(file)));

    // Whose environment names the store of this test.
    private static List<int> SilosOf(string store)
    {
        var silos = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id)) continue;
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0')[0].EndsWith(Silo, StringComparison.Ordinal)
                    && File.ReadAllText(Path.Combine(folder, "environ")).Contains($"Atelier__Store={store}", StringComparison.Ordinal)) silos.Add(id);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return silos;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo()) await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
