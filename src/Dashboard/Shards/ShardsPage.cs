using System.Globalization;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Shards;

/// <summary>The shards of a job one by one.</summary>
internal static class ShardsPage
{
    public const int Window = 200;

    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/shards", ShowAsync);

    private static async Task<IResult> ShowAsync(string job, string? state, string? at, string? from, JobReads jobs, JobLook look, IStore store, CancellationToken cancellationToken)
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        if (await JobFiles.ReadPlanAsync(store, job, cancellationToken) is not { } plan) return JobPages.Show(snapshot, "shards", ShardList.NotStarted);
        var states = await look.ShardsAsync(job, cancellationToken);
        var (kind, chosen) = ((ShardState?)Number(state, (int)ShardState.Leased), Number(at, states.Count - 1));
        List<int> shards = [];
        var next = Number(from, states.Count - 1) ?? (chosen is { } shard ? Math.Max(0, shard - Window / 2) : 0);
        for (; next < states.Count && shards.Count < Window; next++)
            if (kind is null || states.KindOf(next) == kind) shards.Add(next);
        var stats = chosen is { } one ? await JobFiles.ReadStatsAsync(store, job, one, cancellationToken) : null;
        return JobPages.Show(snapshot, "shards", ShardList.Of(job, plan, states, new ShardChoice(kind, chosen, shards, next < states.Count ? next : null, stats, chosen is null ? null : await look.ShardAsync(job, chosen.Value, cancellationToken))));
    }

    private static int? Number(string? text, int most) => int.TryParse(text?.Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;
}

/// <summary>Which shards are shown.</summary>
/// <param name="Kind">State asked for; null for all.</param>
/// <param name="At">The one that is looked at closely; null for none.</param>
/// <param name="Shards">Their numbers.</param>
/// <param name="Next">Where to go on; null at the end.</param>
/// <param name="Stats">What the winner of the chosen one said of it.</param>
/// <param name="Attempts">What is known of attempts at the chosen one.</param>
internal sealed record ShardChoice(ShardState? Kind, int? At, IReadOnlyList<int> Shards, int? Next, ShardStats? Stats, IReadOnlyList<AttemptOfShard>? Attempts);
