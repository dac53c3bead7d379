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
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Shards;

/// <summary>The shards of a job, and their files.</summary>
internal static class ShardsApi
{
    private const int MaxCount = 1000;
    private const int ReadsAtOnce = 32;
    private const string Map = "application/octet-stream";

    public static void MapShards(this IEndpointRouteBuilder api)
    {
        var shards = api.MapGroup("/jobs/{job}/shards").WithTags("shards");
        shards.MapGet("", ListAsync).WithName("listShards").WithSummary("Shards, in order; those that are committed with their stats. With Accept: application/octet-stream, where they stand, four bits each.")
            .Produces<Stream>(StatusCodes.Status200OK, Map).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        shards.MapGet("/{shard:int}", DescribeAsync).WithName("describeShard").WithSummary("All that is known of a shard: where it stands, who has it, and which attempts at it ended badly.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
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

    private static async Task<Ok<ShardDescription>> DescribeAsync(string job, int shard, JobReader reader, JobLook look, CancellationToken cancellationToken)
    {
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        return TypedResults.Ok(await look.DescribeShardAsync(job, shard, cancellationToken) ?? throw Unknown(job, plan, shard));
    }

    private static async Task<Results<Ok<ShardPageView>, FileContentHttpResult>> ListAsync(
        string job, int? from, int? count, string? state, JobReader reader, JobLook look, IStore store, HttpContext context, CancellationToken cancellationToken)
    {
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        var isMap = context.Request.Headers.Accept.ToString().Contains(Map, StringComparison.OrdinalIgnoreCase);
        var (first, most) = (from ?? 0, count ?? (isMap ? ShardMap.MaxCount : 200));
        if (first < 0) throw new InvalidInputException($"from is '{first}'; allowed: 0 or more");
        if (most < 1 || most > (isMap ? ShardMap.MaxCount : MaxCount)) throw new InvalidInputException($"count is '{most}'; allowed: 1 to {(isMap ? ShardMap.MaxCount : MaxCount)}");
        var wanted = ShardStates.Parse(state);
        var states = await look.ShardsAsync(job, cancellationToken);
        context.Response.Headers.Vary = "Accept";
        if (isMap)
        {
            var map = ShardMap.Of(first, Math.Clamp(states.Shards - first, 0, most), states.Shards, shard => states[shard]);
            return TypedResults.Bytes(map.States.AsMemory(), Map, entityTag: new EntityTagHeaderValue($"\"{OverviewPage.Version(map)}\""));
        }
        List<int> chosen = [];
        for (; first < states.Count && chosen.Count < most; first++)
            if (wanted.Count == 0 || wanted.Contains(states.KindOf(first))) chosen.Add(first);
        var shards = new ShardView[chosen.Count];
        await Parallel.ForAsync(0, shards.Length, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken }, async (place, cancel) =>
        {
            var shard = chosen[place];
            shards[place] = new ShardView(shard, states[shard], plan.FirstSample(shard), plan.SamplesIn(shard), await JobFiles.ReadStatsAsync(store, job, shard, cancel));
        });
        return TypedResults.Ok(new ShardPageView(shards, plan.Shards, first < states.Count ? first : null));
    }

    private static ProblemException Unknown(string job, JobPlan plan, int shard) => ProblemException.NotFound("shard.unknown", $"job '{job}' has no shard {shard}; it has {plan.Shards}, from 0");

    private static async Task<ShardStats> RequireAsync(IStore store, string job, JobPlan plan, int shard, CancellationToken cancellationToken)
    {
        if (shard < 0 || shard >= plan.Shards) throw Unknown(job, plan, shard);
        return await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken) ?? throw ProblemException.NotFound("shard.not_committed", $"shard {shard} of job '{job}' is not committed yet");
    }
}

/// <summary>A shard.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="State">Where it stands.</param>
/// <param name="FirstSample">Number of its first sample.</param>
/// <param name="Samples">How many samples it has.</param>
/// <param name="Stats">What its worker said of it; null before it is committed.</param>
internal sealed record ShardView(int Shard, ShardState State, long FirstSample, int Samples, ShardStats? Stats);

/// <summary>Shards of a job.</summary>
/// <param name="Data">Some, in order.</param>
/// <param name="Total">How many the job has.</param>
/// <param name="Next">For the parameter <c>from</c> of the next request; null at the end.</param>
internal sealed record ShardPageView(IReadOnlyList<ShardView> Data, int Total, int? Next);
