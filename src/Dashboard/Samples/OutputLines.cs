using System.Runtime.CompilerServices;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>Goes through the samples of a job, a shard in memory at a time.</summary>
internal sealed class OutputLines(IStore store)
{
    private static readonly ShardColumn[] Columns =
    [
        ShardColumns.Key, ShardColumns.Row, ShardColumns.Image, ShardColumns.Seed, ShardColumns.Id, ShardColumns.ErrorCode, ShardColumns.ErrorMessage, ShardColumns.Status,
        ShardColumns.Format, ShardColumns.Width, ShardColumns.Height, ShardColumns.Bytes, ShardColumns.PixelSha256,
    ];

    /// <summary>Samples of committed shards, in order.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="onlyFailed">Whether those with an image are left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<OutputLine> ReadAsync(string job, JobPlan plan, bool onlyFailed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            if (await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken) is not { } stats || (onlyFailed && stats.Failed == 0)) continue;
            var rows = await ShardReader.ReadColumnsAsync(store, job, stats, Columns, 0, stats.Samples, cancellationToken);
            for (var place = 0; place < rows.Count; place++)
            {
                var hasFailed = rows.Values(ShardColumns.Status)[place] != SampleStatus.Ok;
                if (hasFailed || !onlyFailed) yield return Line(job, rows, place, hasFailed);
            }
        }
    }

    private static OutputLine Line(string job, SampleRows rows, int place, bool hasFailed)
    {
        var (key, sha256) = (rows.Values(ShardColumns.Key)[place], rows.Values(ShardColumns.PixelSha256)[place]);
        return new OutputLine
        {
            CustomId = rows.Values(ShardColumns.Id)[place],
            Key = key,
            Row = rows.Values(ShardColumns.Row)[place],
            Image = rows.Values(ShardColumns.Image)[place],
            Response = hasFailed ? null : new OutputImage(
                SampleLinks.Image(job, key, sha256), rows.Values(ShardColumns.Format)[place], rows.Values(ShardColumns.Width)[place], rows.Values(ShardColumns.Height)[place],
                rows.Values(ShardColumns.Bytes)[place], sha256, rows.Values(ShardColumns.Seed)[place]),
            Error = hasFailed ? new OutputError(rows.Values(ShardColumns.ErrorCode)[place], rows.Values(ShardColumns.ErrorMessage)[place]) : null,
        };
    }
}
