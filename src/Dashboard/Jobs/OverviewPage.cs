using System.Security.Cryptography;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Events;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Samples;
using Atelier.Dashboard.Shards;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Jobs;

/// <summary>The first page of a job: how far, how fast, its map, its newest images, and what happened.</summary>
internal static class OverviewPage
{
    private const int NewestShown = 8;
    private const int HappeningsShown = 8;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/jobs/{job}", ShowAsync);
        pages.MapGet("/jobs/{job}/live", Live);
        pages.MapGet("/jobs/{job}/map", MapAsync);
    }

    private static async Task<IResult> ShowAsync(string job, JobReads jobs, JobLook look, GalleryReader gallery, TimeProvider time, string? span, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        var states = await look.ShardsAsync(job, cancellationToken);
        var content = Overview.Of(
            snapshot, states, RatePlot.SpanOf(span), Preferences.ThemeOf(context), await RatePlot.ReadAsync(look, job, RatePlot.SpanOf(span), time, cancellationToken),
            await gallery.NewestAsync(job, states, NewestShown, cancellationToken),
            [.. (await look.HappeningsAsync(job, cancellationToken)).Take(HappeningsShown)]);
        return JobPages.Show(snapshot, "", content);
    }

    private static LiveResult Live(string job, string? of, JobReads jobs, JobLook look, GalleryReader gallery, ShellReader shell) => new(async cancellationToken =>
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        List<LivePart> parts = [.. await shell.ReadPartsAsync(cancellationToken), new("job-head", JobHead.Of(snapshot)), new("job-acts", JobHead.Acts(snapshot))];
        if (of == "head") return parts;
        var states = await look.ShardsAsync(job, cancellationToken);
        parts.Add(new("job-numbers", JobNumbers.Of(snapshot)));
        parts.Add(new("problems", ShardProblems.Of(job, states)));
        parts.Add(new("newest", Newest.Of(job, await gallery.NewestAsync(job, states, NewestShown, cancellationToken))));
        parts.Add(new("happened", Happenings.Of([.. (await look.HappeningsAsync(job, cancellationToken)).Take(HappeningsShown)])));
        return parts;
    });

    private static async Task<IResult> MapAsync(string job, JobReads jobs, JobLook look, CancellationToken cancellationToken)
    {
        await jobs.GetAsync(job, cancellationToken);
        var states = await look.ShardsAsync(job, cancellationToken);
        return TypedResults.Bytes(states.States.AsMemory(), "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{Version(states)}\""));
    }

    /// <summary>Tells a map from another.</summary>
    public static string Version(ShardMap states) => Convert.ToHexStringLower(SHA256.HashData(states.States.AsSpan()).AsSpan(0, 8));
}
