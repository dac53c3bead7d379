using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Workers;
using Atelier.Dashboard;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Bench.Pages;

/// <summary>What the dashboard shows: many jobs that have ended, one of very many shards that is at work, and one with images.</summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>The job of many shards.</summary>
    public const string Huge = "huge";

    /// <summary>The job with images.</summary>
    public const string Drawn = "drawn";

    private const int Side = 64;
    private const int Images = 2000;
    private const int SamplesOfAShard = 100;
    private const int SamplesOfARow = 10_000;
    private readonly BenchSilo _silo;
    private readonly DashboardHost _host;
    private readonly IJobGrain _job;

    private Scene(BenchSilo silo, DashboardHost host, IJobGrain job) => (_silo, _host, _job, Workers) = (silo, host, job, new DirectWorkers(silo.Grains, job, store: null));

    /// <summary>Where the dashboard is.</summary>
    public Uri Address => _host.Address;

    /// <summary>Those who work on the job of many shards.</summary>
    public DirectWorkers Workers { get; }

    public static async Task<Scene> StartAsync(int jobs, int shards)
    {
        var store = new MemoryStore();
        for (var job = 0; job < jobs; job++) await EndAsync(store, $"job-{job:00000}");
        await DrawAsync(store);
        var silo = await BenchSilo.StartAsync(store);
        var spec = new JobSpec { Model = "bench", ModelDigest = BenchJob.ModelDigest, ShardSize = SamplesOfAShard, ImagesPerPrompt = SamplesOfARow };
        var rows = shards * SamplesOfAShard / SamplesOfARow;
        var grain = await BenchJob.StageAsync(silo.Grains, Huge, rows, spec);
        await grain.Start(rows);
        var scene = new Scene(silo, await DashboardHost.StartAsync(new DashboardOptions { Store = store, Port = 0, Connect = _ => Task.FromResult(silo.Grains) }), grain);
        // One that is set aside, and some that are done.
        var info = await scene.AdmitAsync();
        for (var fault = 0; fault < JobLimits.MaxFaults; fault++) await grain.Return(await scene.Workers.AcquireAsync(info), "no space left on device");
        for (var shard = 0; shard < shards / 10; shard++) await scene.Workers.MakeAsync(info, await scene.Workers.AcquireAsync(info));
        using var http = scene.Client();
        while (!(await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode) await Task.Delay(50);
        return scene;
    }

    /// <summary>A worker that may work on the job of many shards.</summary>
    public async Task<WorkerInfo> AdmitAsync()
    {
        var info = DirectWorkers.Info(0);
        return await _job.Admit(info, DirectWorkers.NumericsClass) ? info : throw new InvalidOperationException("the worker is not admitted");
    }

    /// <summary>Somebody who asks; answers stay as they are packed.</summary>
    public HttpClient Client(int connections = 6)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _silo.DisposeAsync();
    }

    private static async Task EndAsync(IStore store, string job, int samples = SamplesOfAShard)
    {
        await JobIndex.AddAsync(store, job);
        await JobIndex.FinishAsync(store, job, new JobOutcome
        {
            Status = JobStatus.Completed,
            Samples = samples,
            Finished = samples,
            Failed = 0,
            Created = DateTimeOffset.UnixEpoch,
            Ended = DateTimeOffset.UnixEpoch,
            Submitter = "bench",
        });
    }

    private static async Task DrawAsync(IStore store)
    {
        var spec = new JobSpec { Model = "bench", ModelDigest = BenchJob.ModelDigest, ShardSize = Images / 2, BatchSize = 8 };
        var plan = JobPlan.Of(spec, Images);
        var record = new JobRecord { Spec = spec, Incarnation = Guid.NewGuid(), Created = DateTimeOffset.UnixEpoch };
        await JobFiles.TryCreateRecordAsync(store, Drawn, record);
        PromptRow[] rows = [.. Enumerable.Range(0, Images).Select(index => new PromptRow { Index = index, Prompt = $"a red circle left of a blue square {index}" })];
        foreach (var (chunk, some) in rows.Chunk(plan.ChunkRows).Index()) await JobFiles.TryCreatePromptsAsync(store, Drawn, chunk, some);
        await JobFiles.TryCreatePlanAsync(store, Drawn, plan);
        var random = new Random(1);
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            var attempt = new ShardAttempt { Job = Drawn, Incarnation = record.Incarnation, Spec = spec, Plan = plan, Shard = shard, Attempt = Guid.NewGuid(), NumericsClass = new string('0', 64) };
            await using var writer = await ShardWriter.OpenAsync(store, attempt);
            for (var left = plan.SamplesIn(shard); left > 0; left--) await writer.AddAsync(Sample(writer.NextSample, rows, random));
            var stats = await writer.CompleteAsync();
            await JobFiles.TryCreateStatsAsync(store, Drawn, stats);
            await ShardPromotion.PromoteAsync(store, Drawn, stats);
        }
        // Else its grain would have a worker close it, as soon as a page asks for it.
        await JobClosing.CloseAsync(store, Drawn);
        await EndAsync(store, Drawn, Images);
    }

    private static SampleResult Sample(long number, PromptRow[] rows, Random random)
    {
        var pixels = new byte[Side * Side * 3];
        random.NextBytes(pixels);
        return new SampleResult
        {
            Sample = number,
            Row = rows[number],
            ImageOrdinal = 0,
            Seed = (ulong)number,
            GuidanceScale = 3,
            NegativePrompt = "",
            Tokens = 9,
            Truncated = false,
            Image = new RgbImage(Side, Side, pixels),
        };
    }
}
