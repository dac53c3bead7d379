using System.Globalization;
using System.Security.Cryptography;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Stores;

namespace Atelier.Chaos;

/// <summary>
/// What people do meanwhile: they pause and resume the job, and submit jobs beside it, which they cancel at work and delete. Of a cancelled job every committed shard must be
/// that of the undisturbed run, and of a deleted one nothing may be left.
/// </summary>
internal sealed class Orders(ChaosOptions options, Cluster cluster, string prompts, JobSpec spec, (IStore Store, string Job) undisturbed, IStore store, Action<string> report)
{
    private static readonly TimeSpan LeasesEnd = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(options.Seed + 1);

    /// <summary>The job that is compared as a whole.</summary>
    public string? Job { get; set; }

    public int Pauses { get; private set; }

    public int Cancels { get; private set; }

    public int Deletions { get; private set; }

    /// <summary>Shards of cancelled jobs that are not those of the undisturbed run, and files of deleted ones.</summary>
    public int Wrong { get; private set; }

    /// <summary>Gives orders until it is cancelled; what was begun is ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var number = 1; !cancellationToken.IsCancellationRequested; number++)
        {
            await Task.Delay(options.Pause * (0.5 + _random.NextDouble()), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
            if (_random.Next(2) == 0) await PauseAsync();
            else await CancelAndDeleteAsync(string.Create(CultureInfo.InvariantCulture, $"beside-{number}"));
        }
    }

    private async Task PauseAsync()
    {
        if (Job is not { } job) return;
        report($"pause {job}");
        await cluster.Client.PauseAsync(job, "chaos");
        await Task.Delay(options.Pause * _random.NextDouble(), CancellationToken.None);
        await cluster.Client.ResumeAsync(job, "chaos");
        report($"resume {job}");
        Pauses++;
    }

    private async Task CancelAndDeleteAsync(string job)
    {
        report($"submit {job}");
        await cluster.Client.SubmitAsync(job, spec, PromptFile.ReadAsync(prompts));
        await Task.Delay(options.Pause * (1 + _random.NextDouble()), CancellationToken.None);
        await cluster.Client.CancelAsync(job, "chaos");
        Cancels++;
        await DeleteAsync(job);
        Deletions++;
        var left = await store.ListAsync($"{job}/").CountAsync();
        if (left > 0) report($"{job} is deleted, and {left} files are left");
        Wrong += left;
    }

    // Its workers are given the time to stop; those that are frozen or dead keep their leases until they expire.
    private async Task DeleteAsync(string job)
    {
        for (var end = DateTime.UtcNow + LeasesEnd; ;)
        {
            try
            {
                if ((await cluster.Client.GetProgressAsync(job)).ShardsLeased == 0) await CompareAsync(job);
                await cluster.Client.DeleteAsync(job, "chaos");
                report($"{job} is cancelled and deleted");
                return;
            }
            catch (Abstractions.InvalidInputException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    private async Task CompareAsync(string job)
    {
        if (await JobFiles.ReadPlanAsync(store, job) is not { } plan) return;
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            if (await JobFiles.ReadStatsAsync(store, job, shard) is not { } stats) continue;
            await using var expected = await undisturbed.Store.OpenReadAsync(JobPaths.ShardTar(undisturbed.Job, shard));
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(expected!));
            var isThere = await store.OpenReadAsync(JobPaths.ShardTar(job, shard)) ?? await store.OpenReadAsync(JobPaths.AttemptTar(job, shard, stats.Attempt));
            if (isThere is not null) await isThere.DisposeAsync();
            if (isThere is not null && sha256 == stats.TarSha256) continue;
            report($"shard {shard} of {job} is {(isThere is null ? "missing" : "another one")}");
            Wrong++;
        }
    }
}
