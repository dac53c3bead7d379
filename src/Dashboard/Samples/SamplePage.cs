using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>One sample of a job, and its image.</summary>
internal static class SamplePage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/images/{key}", ShowAsync);

    private static async Task<IResult> ShowAsync(string job, string key, JobReads jobs, JobReader reader, IStore store, HttpContext context, CancellationToken cancellationToken)
    {
        var (snapshot, plan) = (await jobs.GetAsync(job, cancellationToken), await reader.ReadPlanAsync(job, cancellationToken));
        var number = NumberOf(key, plan);
        var page = await JobSamples.ReadAsync(store, job, plan, ShardColumns.All, number, 1, cancellationToken);
        var shard = (int)(number / plan.ShardSize);
        var stats = page.Committed.Count == 0 ? null : await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken);
        return JobPages.Show(snapshot, "images", Sample.Of(job, plan, GalleryQuery.Read(context.Request.Query), number, page.Committed is [var rows] ? rows : null, stats));
    }

    private static long NumberOf(string key, JobPlan plan) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < plan.Samples
            ? number
            : throw ProblemException.NotFound("sample.unknown", $"there is no sample '{key}'; the job has {plan.Samples:N0}, from 000000000 on");
}
