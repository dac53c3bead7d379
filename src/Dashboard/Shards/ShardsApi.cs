using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Shards;

/// <summary>The shards of a job, and their files.</summary>
internal static class ShardsApi
{
    private const int MaxCount = 1000;
    private const int ReadsAtOnce = 32;

    public static void MapShards(this IEndpointRouteBuilder api)
    {
        var shards = api.MapGroup("/jobs/{job}/shards").WithTags("shards");
        shards.MapGet("", ListAsync).WithName("listShards").WithSummary("Shards, in order; those that are committed with their stats.").ProducesProblem(StatusCodes.Status404NotFound);
        MapFile(shards, "tar", "application/x-tar", (store, job, stats, cancel) => ShardReader.OpenTarAsync(store, job, stats, cancel), stats => stats.TarSha256);
        MapFile(shards, "parquet", "application/vnd.apache.parquet", (store, job, stats, cancel) => ShardReader.OpenParquetAsync(store, job, stats, cancel), stats => stats.ParquetSha256);
        shards.MapGet("/{shard:int}.json", GetAsync).WithName("getShard").WithSummary("The stats of a committed shard.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static void MapFile(
        IEndpointRouteBuilder shards, string extension, string type, Func<IStore, string, ShardStats, CancellationToken, Task<Stream>> open, Func<ShardStats, string> sha256) => shards.MapGet(
        $"/{{shard:int}}.{extension}",
        async Task<FileStreamHttpResult> (string job, int shard, JobReader reader, IStore store, HttpContext context, CancellationToken cancellationToken) =>
        {
            var stats = await RequireAsync(store, job, await reader.ReadPlanAsync(job, cancellationToken), shard, cancellationToken);
            return StoredFile.Of(context, await open(store, job, stats, cancellationToken), type, sha256(stats), $"{shard:D5}.{extension}");
        })
        .WithName($"getShard{char.ToUpperInvariant(extension[0])}{extension[1..]}").WithSummary($"The .{extension} file of a committed shard; parts of it by Range.")
        .Produces<Stream>(StatusCodes.Status200OK, type).Produces<Stream>(StatusCodes.Status206PartialContent, type).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<ShardStats>> GetAsync(string job, int shard, JobReader reader, IStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await RequireAsync(store, job, await reader.ReadPlanAsync(job, cancellationToken), shard, cancellationToken));

    private static async Task<Ok<ShardPageView>> ListAsync(string job, int? from, int? count, JobReader reader, IStore store, CancellationToken cancellationToken)
    {
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        var (first, most) = (from ?? 0, count ?? 200);
        if (first < 0) throw new InvalidInputException($"from is '{first}'; allowed: 0 or more");
        if (most is < 1 or > MaxCount) throw new InvalidInputException($"count is '{most}'; allowed: 1 to {MaxCount}");
        var shards = new ShardView[Math.Clamp(plan.Shards - first, 0, most)];
        await Parallel.ForAsync(0, shards.Length, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken }, async (place, cancel) =>
        {
            var shard = first + place;
            shards[place] = new ShardView(shard, plan.FirstSample(shard), plan.SamplesIn(shard), await JobFiles.ReadStatsAsync(store, job, shard, cancel));
        });
        return TypedResults.Ok(new ShardPageView(shards, plan.Shards));
    }

    private static async Task<ShardStats> RequireAsync(IStore store, string job, JobPlan plan, int shard, CancellationToken cancellationToken)
    {
        if (shard < 0 || shard >= plan.Shards) throw ProblemException.NotFound("shard.unknown", $"job '{job}' has no shard {shard}; it has {plan.Shards}, from 0");
        return await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken) ?? throw ProblemException.NotFound("shard.not_committed", $"shard {shard} of job '{job}' is not committed yet");
    }
}

/// <summary>A shard.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="FirstSample">Number of its first sample.</param>
/// <param name="Samples">How many samples it has.</param>
/// <param name="Stats">What its worker said of it; null before it is committed.</param>
internal sealed record ShardView(int Shard, long FirstSample, int Samples, ShardStats? Stats);

/// <summary>Shards of a job.</summary>
/// <param name="Data">Some, in order.</param>
/// <param name="Total">How many there are.</param>
internal sealed record ShardPageView(IReadOnlyList<ShardView> Data, int Total);
