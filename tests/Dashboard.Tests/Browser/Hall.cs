using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Catalogue;
using Microsoft.Playwright;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>A dashboard of 10,000 jobs that have ended, and of one of 100,000 shards, of which one is set aside.</summary>
public sealed class Hall : IAsyncLifetime
{
    public const int Jobs = 10_000;
    public const int Shards = 100_000;
    public const int SetAside = 3;

    /// <summary>The one among them that has all its files.</summary>
    public const string Whole = "job-04120";

    private readonly TestDashboard _dashboard = new();
    private readonly Chromium _chromium = new();

    public async ValueTask InitializeAsync()
    {
        await _chromium.InitializeAsync();
        if (Chromium.Program is null) return;
        await DrawnJob.WriteAsync(_dashboard.Store, Whole);
        for (var job = 0; job < Jobs; job++)
        {
            if ($"job-{job:D5}" == Whole) continue;
            await JobIndex.AddAsync(_dashboard.Store, $"job-{job:D5}");
            var ended = DateTimeOffset.UnixEpoch.AddMinutes(job);
            await JobIndex.FinishAsync(_dashboard.Store, $"job-{job:D5}", new JobOutcome { Status = JobStatus.Completed, Samples = 1000, Finished = 1000, Failed = job % 7, Created = ended, Ended = ended, Submitter = job % 2 == 0 ? "ada" : "bo" });
        }
        await _dashboard.InitializeAsync();
        // The first listing of so many takes some seconds.
        await _dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs?limit=1");
        var grain = _dashboard.Grains.GetGrain<IJobGrain>("huge");
        await grain.Create(TestDashboard.Spec with { ShardSize = 1, BatchSize = 1, ImagesPerPrompt = Shards / 10 }, new JobScheduling { Submitter = "ada" });
        await grain.Append(0, [.. Enumerable.Range(0, 10).Select(index => new PromptRow { Index = index, Prompt = $"prompt {index}" })]);
        await grain.Start(10);
        var worker = new PlayedWorker(_dashboard.Grains, _dashboard.Store, "hall-1/1");
        for (var shard = 0; shard < SetAside; shard++) await worker.HoldAsync("huge", 0, 1);
        await worker.FailAsync("huge", "the lens is dirty", JobLimits.MaxFaults);
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        if (Chromium.Program is not null) await _dashboard.DisposeAsync();
    }

    public Task<Tab> OpenAsync(Action<BrowserNewContextOptions>? change = null) => _chromium.OpenAsync(Chromium.Program is null ? new Uri("http://localhost") : _dashboard.Address, change);
}
