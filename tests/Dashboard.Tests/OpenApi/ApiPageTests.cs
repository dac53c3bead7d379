using System.Diagnostics;
using System.Text.RegularExpressions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Tests.Access;
using Atelier.Dashboard.Tests.Browser;
using Atelier.Dataset.Access;
using Atelier.Dataset.Catalogue;

namespace Atelier.Dashboard.Tests.OpenApi;

/// <summary>The examples of docs/api.md, taken from the page and run against a dashboard whose workers are played.</summary>
public sealed partial class ApiPageTests(TestDashboard dashboard) : IClassFixture<TestDashboard>, IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);
    private readonly CancellationTokenSource _ends = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-api-");
    private DashboardHost? _host;
    private Task _worker = Task.CompletedTask;
    private string _key = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _key = await Keys.MakeAsync(dashboard.Store, AccessScope.Submit);
        _host = await DashboardHost.StartAsync(
            new DashboardOptions
            {
                Store = dashboard.Store,
                Port = 0,
                RequireSignIn = true,
                Patience = TimeSpan.FromSeconds(30),
                Models = [new KnownModel("shapes", TestDashboard.Spec.ModelDigest)],
                Connect = _ => Task.FromResult(dashboard.Grains),
            },
            Cancel);
        _worker = WorkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_host is not null) await _host.DisposeAsync();
        _ends.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Curl_OfThePage_GetsTheImages()
    {
        await RunAsync("bash", ["-euo", "pipefail", "-c", Example("bash")]);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(_folder.FullName, "images"), "*.png").Length);
    }

    [Fact]
    public async Task Python_OfThePage_GetsTheImages()
    {
        var said = await RunAsync("python3", ["-c", Example("python")]);
        Assert.Equal(6, Directory.GetFiles(Path.Combine(_folder.FullName, "images"), "*.png").Length);
        Assert.Contains("completed: 6 of 6", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CSharp_OfThePage_IsCodeThatIsCompiledHere_AndGetsTheShards()
    {
        var code = Lines(await File.ReadAllTextAsync(Path.Combine(OpenApiTests.Root(), "tests", "Dashboard.Tests", "OpenApi", "ApiExamples.cs"), Cancel));
        Assert.All(Example("csharp").Split("\n\n"), part => Assert.Contains(Lines(part), code, StringComparison.Ordinal));

        await ApiExamples.RunAsync(_host!.Address.ToString(), _key, _folder.FullName, Cancel);

        Assert.Equal(4, _folder.GetFiles("*.png").Length);
    }

    private static string Example(string language) => Block().Matches(File.ReadAllText(Path.Combine(OpenApiTests.Root(), "docs", "api.md"))).Single(block => block.Groups[1].Value == language).Groups[2].Value;

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();

    private async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ATELIER_URL"] = _host!.Address.ToString().TrimEnd('/');
        start.Environment["ATELIER_KEY"] = _key;
        using var process = Process.Start(start)!;
        using var longest = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        longest.CancelAfter(Longest);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(longest.Token), process.StandardError.ReadToEndAsync(longest.Token));
            await process.WaitForExitAsync(longest.Token);
            Assert.True(process.ExitCode == 0, await error + await output);
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private async Task WorkAsync()
    {
        var worker = new PlayedWorker(dashboard.Grains, dashboard.Store, "hall-3/1");
        while (!_ends.IsCancellationRequested)
        {
            foreach (var job in await JobIndex.ListAsync(dashboard.Store, _ends.Token))
                if (!job.IsFinished && (await dashboard.Grains.GetGrain<IJobGrain>(job.JobId).GetProgress()).Status == JobStatus.Running) await worker.WorkAsync(job.JobId);
            await Task.Delay(100, _ends.Token);
        }
    }

    [GeneratedRegex("```(bash|python|csharp)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
