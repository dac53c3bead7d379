using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Workers;
using Atelier.Dashboard.Models;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>All tests that look at jobs in every state share them, and the browser: to make both takes longer than most of the tests.</summary>
[CollectionDefinition(nameof(Studio))]
public sealed class StudioTests : ICollectionFixture<Studio>;

/// <summary>A dashboard with jobs in every state, and a browser.</summary>
public sealed class Studio : IAsyncLifetime
{
    private readonly CancellationTokenSource _ends = new();
    private Task _reports = Task.CompletedTask;
    private WorkLease? _held;

    public TestDashboard Dashboard { get; } = new()
    {
        Models = [new KnownModel(TestDashboard.Spec.Model, TestDashboard.Spec.ModelDigest) { Folder = Evaluated(), Kind = "glide", ImageSize = 32, UpsampledSize = 64, Timesteps = 1000 }],
    };

    public Chromium Chromium { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Chromium.InitializeAsync();
        if (Chromium.Program is null) return;
        await Dashboard.InitializeAsync();
        var worker = Worker("hall-3/1");
        await SubmitAsync("night-shift", 400, new JobScheduling { Submitter = "ada", Priority = JobPriority.High, Weight = 2 });
        await worker.WorkAsync("night-shift", 24);
        _held = await worker.HoldAsync("night-shift", 3, 4.6);
        await SubmitAsync("first-try", 60, new JobScheduling { Submitter = "bo" }, row => row % 7 == 3 ? Hostile : $"a red circle left of a blue square, number {row}");
        await new PlayedWorker(Dashboard.Grains, Dashboard.Store, "hall-3/2") { Fails = number => number % 20 == 13 }.WorkAsync("first-try");
        await SubmitAsync("postcards", 24, new JobScheduling { Submitter = "ada" });
        await Worker("hall-3/2").WorkAsync("postcards");
        await SubmitAsync("faces-2", 10, new JobScheduling { Submitter = "ada" });
        await Worker("hall-4/1").FailAsync("faces-2", "no space left on device <script>alert(1)</script>");
        await SubmitAsync("cards-7", 50, new JobScheduling { Submitter = "bo", Priority = JobPriority.Low });
        await Worker("hall-4/1").RefuseAsync("cards-7", "this silo has no model glide-64");
        await SubmitAsync("holiday", 30, new JobScheduling { Submitter = "eve" });
        await Dashboard.Grains.GetGrain<IJobGrain>("holiday").Pause(new DecidedBy("bo@hall-3", "demo at noon <b>!</b>"));
        await SubmitAsync("mistake", 30, new JobScheduling { Submitter = "eve" });
        await Dashboard.Grains.GetGrain<IJobGrain>("mistake").Cancel(new DecidedBy("eve@hall-3", "wrong list"));
        await SubmitSweepAsync();
        _reports = ReportAsync(worker);
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _reports.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Chromium.DisposeAsync();
        if (Chromium.Program is not null) await Dashboard.DisposeAsync();
        _ends.Dispose();
    }

    /// <summary>A prompt that would run, if anything let it.</summary>
    public static string Hostile { get; } =
        "<img src=x onerror=alert(1)> \"'><script>alert(2)</script> javascript:alert(3) \u202Eright to left\u202C zero\u200Bwidth " + new string('x', 300);

    internal PlayedWorker Worker(string name) => new(Dashboard.Grains, Dashboard.Store, name);

    /// <summary>A page of a browser on the dashboard.</summary>
    public Task<Tab> OpenAsync(Action<BrowserNewContextOptions>? change = null) => Chromium.OpenAsync(Chromium.Program is null ? new Uri("http://localhost") : Dashboard.Address, change);

    /// <summary>Submits a job of so many rows.</summary>
    public async Task SubmitAsync(string job, int rows, JobScheduling? scheduling = null, Func<int, string>? prompt = null)
    {
        var grain = Dashboard.Grains.GetGrain<IJobGrain>(job);
        await grain.Create(TestDashboard.Spec with { ShardSize = 10 }, scheduling);
        await grain.Append(0, [.. Enumerable.Range(0, rows).Select(index => new PromptRow { Index = index, Prompt = prompt?.Invoke(index) ?? $"a small green triangle, row {index}" })]);
        await grain.Start(rows);
    }

    // One prompt and one seed at four guidance scales and three negative prompts; the last two are not drawn.
    private async Task SubmitSweepAsync()
    {
        var grain = Dashboard.Grains.GetGrain<IJobGrain>("sweep-3");
        await grain.Create(TestDashboard.Spec with { ShardSize = 10 }, new JobScheduling { Submitter = "bo" });
        var rows = Enumerable.Range(0, 12).Select(index => new PromptRow { Index = index, Prompt = "a red circle left of a blue square", Seed = 7, GuidanceScale = new[] { 1, 2, 3.5, 10 }[index % 4], NegativePrompt = new[] { "", "fog", "a green triangle" }[index / 4] });
        await grain.Append(0, [.. rows]);
        await grain.Start(12);
        await Worker("hall-3/2").WorkAsync("sweep-3", 1);
    }

    // The model of the repository, as far as it was evaluated.
    private static string? Evaluated()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "models", "shapes", "evaluation"))) return Path.Combine(folder, "models", "shapes");
        return null;
    }

    private async Task ReportAsync(PlayedWorker worker)
    {
        var fleet = Dashboard.Grains.GetGrain<IFleetGrain>(0);
        var (resting, idle) = (Worker("hall-3/2"), Worker("hall-4/1"));
        for (var drawn = 3.0; !_ends.IsCancellationRequested; drawn = Math.Min(drawn + 0.02, 9.9))
        {
            await worker.BeatAsync(_held!, drawn, 4.6);
            await fleet.Report(new SiloReport("S10.0.0.3:11111:1", [worker.State("night-shift", _held!.Shard, 4.6), resting.State(null, null, 0)]));
            await fleet.Report(new SiloReport("S10.0.0.4:11111:1", [idle.State(null, null, 0) with { LastError = "no space left on device" }]));
            await Task.Delay(TimeSpan.FromSeconds(2), _ends.Token);
        }
    }
}
