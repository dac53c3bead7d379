using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Samples;
using Atelier.Dashboard.Shards;

namespace Atelier.Dashboard.Sweeps;

/// <summary>What a setting does to the image of one prompt: samples that differ in two settings, as a grid.</summary>
internal static class SweepPage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/sweep", ShowAsync);

    private static async Task<IResult> ShowAsync(string job, JobReads jobs, JobReader reader, JobLook look, SweepRows rows, GalleryReader gallery, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        if (snapshot.Progress.Samples == 0 || snapshot.Description is not { } told) return JobPages.Show(snapshot, "sweep", Gallery.NotStarted);
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        var query = SweepQuery.Read(context.Request.Query);
        query = query with { Row = Math.Min(query.Row, plan.Rows - 1) };
        var found = await rows.FindAsync(job, plan, query.Row, cancellationToken);
        var grid = SweepGrid.Of(query, told.Spec, found.Rows, plan.ImagesPerPrompt);
        var shown = grid.Cells.Where(cell => grid.Columns.Contains(cell.Key.Column) && grid.Rows.Contains(cell.Key.Row)).Select(cell => cell.Value.Number).ToList();
        var samples = await gallery.ReadAsync(job, plan, shown, cancellationToken);
        var states = samples.Count == shown.Count ? null : await look.ShardsAsync(job, cancellationToken);
        return JobPages.Show(snapshot, "sweep", Sweep.Of(job, plan, query, found, grid, samples, number => WordOf(states, (int)(number / plan.ShardSize))));
    }

    private static string WordOf(ShardMap? states, int shard) =>
        states is not null && shard < states.Count ? ShardStates.Words.First(one => one.State == states.KindOf(shard)).Word : "not drawn yet";
}
