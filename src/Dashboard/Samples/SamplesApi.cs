using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Samples;

/// <summary>Samples of a job, and their images.</summary>
internal static class SamplesApi
{
    private const string ForGood = "private, max-age=31536000, immutable";
    private static readonly ShardColumn[] ImageColumns = [ShardColumns.Bytes, ShardColumns.ImageOffset, ShardColumns.Format, ShardColumns.PixelSha256, ShardColumns.ErrorCode];

    private static readonly Dictionary<string, string> Types = new()
    {
        [ImageFormats.Png] = "image/png",
        [ImageFormats.Jpg] = "image/jpeg",
        [ImageFormats.Webp] = "image/webp",
    };

    public static void MapSamples(this IEndpointRouteBuilder api)
    {
        var samples = api.MapGroup("/jobs/{job}/samples").WithTags("samples");
        samples.MapGet("", ListAsync).WithName("listSamples").WithSummary("Samples of committed shards; a search looks at as many as two seconds allow, and says how many.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        samples.MapGet("/{key}", GetAsync).WithName("getSample").WithSummary("All that is known of a sample.").ProducesProblem(StatusCodes.Status404NotFound);
        samples.MapGet("/{key}/image", ImageAsync).WithName("getImage").WithSummary("The image of a sample, as it is in its shard; of a large one, with size=256, a small picture.")
            .Produces<Stream>(StatusCodes.Status200OK, "image/png", "image/jpeg", "image/webp").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<SamplePageView>> ListAsync(string job, [AsParameters] SampleQuery query, JobReader jobs, SampleReader samples, CancellationToken cancellationToken) =>
        TypedResults.Ok(await samples.ReadAsync(job, await jobs.ReadPlanAsync(job, cancellationToken), query, cancellationToken));

    private static async Task<Ok<IReadOnlyDictionary<string, object?>>> GetAsync(string job, string key, JobReader jobs, SampleReader samples, CancellationToken cancellationToken) =>
        TypedResults.Ok(await samples.ReadOneAsync(job, await jobs.ReadPlanAsync(job, cancellationToken), key, cancellationToken));

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult>> ImageAsync(
        string job, string key, string? sha, int? size, JobReader jobs, SampleReader samples, Thumbnails thumbnails, IStore store, HttpContext context, CancellationToken cancellationToken)
    {
        if (size is not (null or Thumbnails.Size)) throw new InvalidInputException($"size is '{size}'; allowed: {Thumbnails.Size}, or none for the image as it is");
        var plan = await jobs.ReadPlanAsync(job, cancellationToken);
        var (sample, stats) = await samples.FindAsync(job, plan, key, cancellationToken);
        var row = await ShardReader.ReadColumnsAsync(store, job, stats, ImageColumns, (int)(sample - stats.FirstSample), 1, cancellationToken);
        if (row.Values(ShardColumns.Bytes)[0] is not { } bytes || row.Values(ShardColumns.ImageOffset)[0] is not { } offset)
            throw ProblemException.NotFound("sample.failed", $"sample {key} has no image: {row.Values(ShardColumns.ErrorCode)[0]}");
        // Only what this program writes is sent as an image.
        if (!Types.TryGetValue(row.Values(ShardColumns.Format)[0], out var type)) throw new InvalidDataException($"{JobPaths.ShardParquet(job, stats.Shard)} has an image of an unknown format");
        var pixels = row.Values(ShardColumns.PixelSha256)[0];
        context.Response.Headers.CacheControl = sha is not null && sha == pixels ? ForGood : "private, no-cache";
        StoredFile.Guard(context.Response);
        var isSmall = size is not null && bytes > Thumbnails.LargeBytes;
        var tag = new EntityTagHeaderValue($"\"{pixels}-{(isSmall ? Thumbnails.Size : bytes)}\"");
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            context.Response.Headers.ETag = tag.ToString();
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        if (isSmall)
            return TypedResults.Bytes(await thumbnails.GetAsync(pixels!, () => ReadAsync(store, job, stats, offset, bytes, CancellationToken.None), cancellationToken), Types[ImageFormats.Webp], entityTag: tag);
        return TypedResults.Bytes(await ReadAsync(store, job, stats, offset, bytes, cancellationToken), type, entityTag: tag, enableRangeProcessing: true);
    }

    // By one request, once the shard has its plain name; before, its attempt has it.
    private static async Task<byte[]> ReadAsync(IStore store, string job, ShardStats stats, long offset, long bytes, CancellationToken cancellationToken)
    {
        if (offset < 0 || bytes < 1 || offset > stats.TarBytes - bytes || bytes > int.MaxValue) throw new InvalidDataException($"{JobPaths.ShardParquet(job, stats.Shard)} names an image that is not in the tar");
        return await store.ReadRangeAsync(JobPaths.ShardTar(job, stats.Shard), offset, (int)bytes, cancellationToken)
            ?? await ShardReader.ReadImageAsync(store, job, stats, offset, bytes, cancellationToken);
    }
}
