using Atelier.Abstractions.Doors;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Atelier.EndToEnd.Cluster;

/// <summary>The code of docs/client.md, as a program that uses the library would have it.</summary>
internal static class ClientExamples
{
    /// <summary>Submits a job, works its controls, and follows it to its end.</summary>
    /// <param name="redis">Connection string of the membership server.</param>
    /// <param name="keyFile">The cluster's key.</param>
    /// <param name="digest">Digest of the model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Rows submitted, names of the jobs there are, and the last progress.</returns>
    public static async Task<(long Rows, List<string> Jobs, JobProgress Last)> RunAsync(string redis, string keyFile, string digest, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        using var key = ClusterKey.FromPem(File.ReadAllText(keyFile));
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(redis);
            key.Guard(client);
        });
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var atelier = new AtelierClient(host.Services.GetRequiredService<IClusterClient>());

        var spec = new JobSpec { Model = "shapes", ModelDigest = digest, GuidanceScale = 4, Steps = 4, ShardSize = 4, BatchSize = 4, Upsample = false };
        var rows = await atelier.SubmitAsync("night-shift", spec, RowsAsync(), new JobScheduling { Submitter = "ada" }, cancellationToken);

        await atelier.PauseAsync("night-shift", "the demo needs the GPUs", cancellationToken);
        await atelier.SetPriorityAsync("night-shift", JobPriority.High, weight: 2, cancellationToken: cancellationToken);
        await atelier.ResumeAsync("night-shift", cancellationToken: cancellationToken);
        await foreach (var job in atelier.ListAsync(cancellationToken)) Console.WriteLine($"{job.JobId}: {job.Status}");

        await foreach (var progress in atelier.WatchAsync("night-shift", cancellationToken))
        {
            Console.WriteLine($"{progress.Status}: {progress.Finished} of {progress.Samples}, {progress.ImagesPerSecond:0.0} images/s {progress.Message}");
        }

        var page = await atelier.ListAsync(new JobQuery { Submitter = "ada", Statuses = [JobStatus.Running, JobStatus.Paused], Count = 50 }, cancellationToken);
        Console.WriteLine($"{page.Total} jobs of ada, {page.Counts.GetValueOrDefault(JobStatus.Failed)} failed ones besides");
        var asked = await atelier.DescribeAsync("night-shift", cancellationToken);
        Console.WriteLine($"{asked.Spec.Model} {asked.Spec.ModelDigest[..12]}, last decided by {asked.LastDecision?.Name}: {asked.LastDecision?.Reason}");

        var fleet = await atelier.GetFleetAsync(cancellationToken);
        foreach (var worker in fleet.Silos.SelectMany(silo => silo.Workers)) Console.WriteLine($"{worker.Worker.Name} on {worker.Worker.Device}: {worker.JobId ?? "idle"}");
        await atelier.OrderAsync(fleet.Silos[0].Silo, WorkerOrder.Draining, cancellationToken);

        var map = await atelier.GetShardsAsync("night-shift", first: 0, count: 100, cancellationToken);
        for (var shard = map.First; shard < map.First + map.Count; shard++) Console.Write(map[shard] >= ShardState.Leased ? '=' : map[shard] == ShardState.Done ? '#' : '.');
        foreach (var error in (await atelier.GetErrorsAsync("night-shift", cancellationToken)).Samples) Console.WriteLine($"{error.Count} samples: {error.Code}");
        foreach (var point in await atelier.GetHistoryAsync("night-shift", DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromMinutes(1), cancellationToken))
            Console.WriteLine($"{point.At:t} {point.ImagesPerSecond:0.0} images/s");
        foreach (var happened in await atelier.GetEventsAsync("night-shift", cancellationToken: cancellationToken)) Console.WriteLine($"{happened.At:t} {happened.Code}: {happened.Message}");

        var jobs = await atelier.ListAsync(cancellationToken).Select(job => job.JobId).ToListAsync(cancellationToken);
        var last = await atelier.GetProgressAsync("night-shift", cancellationToken);
        await host.StopAsync(cancellationToken);
        return (rows, jobs, last);

        static async IAsyncEnumerable<PromptRow> RowsAsync()
        {
            string[] colours = ["red", "green", "blue", "yellow"];
            for (var index = 0L; index < 12; index++)
            {
                yield return new PromptRow { Index = index, Prompt = $"a {colours[index % 4]} circle", Seed = (ulong)index };
                await Task.Yield();
            }
        }
    }
}
