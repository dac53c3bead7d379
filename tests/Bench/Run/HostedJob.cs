using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Client;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Hosting;
using Atelier.Silo.Leasing;
using Atelier.Simulation;
using Microsoft.Extensions.Hosting;

namespace Atelier.Bench.Run;

/// <summary>The same job as <c>atelier run</c> makes it, in this process, where devices can be watched. Times are ticks of <see cref="Stopwatch"/>.</summary>
/// <param name="Begun">The silo is to start.</param>
/// <param name="Started">It has, with its workers.</param>
/// <param name="Submitted">The job is submitted.</param>
/// <param name="Drawn">The last shard is committed.</param>
/// <param name="Complete">The dataset is complete.</param>
/// <param name="Stopped">The silo has stopped.</param>
internal sealed record HostedJob(long Begun, long Started, long Submitted, long Drawn, long Complete, long Stopped)
{
    private const string Name = "hosted";

    /// <summary>Makes the dataset.</summary>
    /// <param name="options">The job.</param>
    /// <param name="spec">Its settings with the model's digest.</param>
    /// <param name="workers">Its workers.</param>
    /// <param name="log">Told what devices do.</param>
    /// <param name="folder">Where the dataset gets a folder.</param>
    /// <param name="addFirst">Adds what the silo starts before anything else.</param>
    /// <exception cref="InvalidDataException">The job failed.</exception>
    public static async Task<HostedJob> RunAsync(RunOptions options, JobSpec spec, WorkerOptions workers, DrawLog log, string folder, Action<IHostApplicationBuilder>? addFirst = null)
    {
        var begun = Stopwatch.GetTimestamp();
        var (started, submitted, drawn, complete) = (0L, 0L, 0L, 0L);
        await using (var silo = await BenchSilo.StartAsync(new DirectoryStore(folder), services => services.AddLoggedModels(log).AddWorkers(workers), addFirst))
        {
            started = Stopwatch.GetTimestamp();
            var client = new AtelierClient(silo.Grains);
            await client.SubmitAsync(Name, spec, PromptFile.ReadAsync(options.Prompts));
            submitted = Stopwatch.GetTimestamp();
            JobProgress progress = null!;
            await foreach (var update in client.WatchAsync(Name))
            {
                progress = update;
                if (drawn == 0 && update.Shards > 0 && update.ShardsFinished == update.Shards) drawn = Stopwatch.GetTimestamp();
            }
            complete = Stopwatch.GetTimestamp();
            if (progress.Status != JobStatus.Completed) throw new InvalidDataException($"the job is {progress.Status}: {progress.Message}");
            if (drawn == 0) drawn = complete;
        }
        return new HostedJob(begun, started, submitted, drawn, complete, Stopwatch.GetTimestamp());
    }
}
