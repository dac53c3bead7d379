using System.Globalization;
using System.Security.Cryptography;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Verification;

/// <summary>Compares a shard's stats, metadata and images with each other, and with spec, plan and rows of the job.</summary>
internal sealed class ShardVerification(VerifiedJob job, Findings findings, CancellationToken cancellationToken)
{
    private readonly HashSet<Guid> _attempts = [];

    /// <summary>Looks at a shard.</summary>
    /// <param name="shard">Zero-based shard number.</param>
    /// <returns>Its stats, null where it is not committed or they are damaged, and its rows, null where they cannot be read.</returns>
    public async Task<(ShardStats? Stats, IReadOnlyList<ShardRow>? Rows)> VerifyAsync(int shard)
    {
        var path = JobPaths.ShardStats(job.Id, shard);
        if (await findings.ReadAsync(path, JobJson.File.ShardStats).ConfigureAwait(false) is not { } stats) return default;
        if (stats.Shard != shard)
        {
            findings.Add(path, $"is about shard {stats.Shard}");
            return default;
        }
        if (!VerifyStats(path, stats, shard)) return (stats, null);
        var (tar, parquet) = (JobPaths.ShardTar(job.Id, shard), JobPaths.ShardParquet(job.Id, shard));
        var isTarWhole = await CompareAsync(tar, () => ShardReader.OpenTarAsync(job.Store, job.Id, stats, cancellationToken), stats.TarBytes, stats.TarSha256).ConfigureAwait(false);
        var isParquetWhole = await CompareAsync(
            parquet, () => ShardReader.OpenParquetAsync(job.Store, job.Id, stats, cancellationToken), stats.ParquetBytes, stats.ParquetSha256).ConfigureAwait(false);
        if (!isParquetWhole) return (stats, null);
        // Files that are byte for byte those of the attempt are still worth a look: the attempt may have been wrong, and so may whoever wrote the stats.
        var rows = await findings.LookAsync(parquet, () => ShardReader.ReadRowsAsync(job.Store, job.Id, stats, cancellationToken)).ConfigureAwait(false);
        if (rows is null || !await VerifyRowsAsync(parquet, rows, stats).ConfigureAwait(false)) return (stats, null);
        if (isTarWhole) await findings.LookAsync(tar, () => VerifyTarAsync(tar, rows, stats)).ConfigureAwait(false);
        return (stats, rows);
    }

    /// <summary>Compares what stats say of themselves; false where it is not even the right samples.</summary>
    private bool VerifyStats(string path, ShardStats stats, int shard)
    {
        if (job.Incarnation is { } incarnation && stats.Incarnation != incarnation) findings.Add(path, "is of another job that had this name");
        if (!_attempts.Add(stats.Attempt)) findings.Add(path, $"names the attempt {stats.Attempt}, which made another shard");
        if (job.NumericsClass is { } numerics && stats.NumericsClass != numerics)
            findings.Add(path, $"has the numerics class '{Input.PrintableText.Of(stats.NumericsClass)}'; the job is bound to '{Input.PrintableText.Of(numerics)}'");
        foreach (var (name, sha256) in new[] { ("tar_sha256", stats.TarSha256), ("parquet_sha256", stats.ParquetSha256) })
            if (!JobSpecRules.IsSha256(sha256)) findings.Add(path, $"has the {name} '{Input.PrintableText.Of(sha256)}'; allowed: 64 hexadecimal digits in lower case");
        if (stats.FirstSample != job.Plan.FirstSample(shard) || stats.Samples != job.Plan.SamplesIn(shard))
        {
            findings.Add(path, string.Create(CultureInfo.InvariantCulture,
                $"has {stats.Samples} samples from {stats.FirstSample}; the plan gives the shard {job.Plan.SamplesIn(shard)} from {job.Plan.FirstSample(shard)}"));
            return false;
        }
        return true;
    }

    private async Task<bool> CompareAsync(string path, Func<Task<Stream>> open, long bytes, string sha256) => await findings.LookAsync(path, async () =>
    {
        var stream = await open().ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (stream.Length != bytes) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"has {stream.Length} bytes; its stats record {bytes}"));
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        return found == sha256 ? true : throw new InvalidDataException($"has SHA-256 {found}; its stats record {Input.PrintableText.Of(sha256)}");
    }).ConfigureAwait(false);

    /// <summary>Compares the rows; false where they are not even those of the samples, in order and without contradiction.</summary>
    private async Task<bool> VerifyRowsAsync(string path, IReadOnlyList<ShardRow> rows, ShardStats stats)
    {
        var (first, differing) = ((string?)null, 0);
        var classes = new Dictionary<string, int?>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, sample) = (rows[i], stats.FirstSample + i);
            if (row.Key != JobPaths.SampleKey(sample))
            {
                findings.Add(path, $"does not hold one row for each sample of the shard, in order: it has '{Input.PrintableText.Of(row.Key)}' where {JobPaths.SampleKey(sample)} belongs");
                return false;
            }
            if (RowRules.Contradiction(row) is { } contradiction)
            {
                findings.Add(path, $"has a row of sample {row.Key} that {contradiction}");
                return false;
            }
            var difference = RowRules.Difference(row, sample, job, await job.Rows.FindAsync(sample / job.Plan.ImagesPerPrompt).ConfigureAwait(false));
            if (difference is null && row is { Label: { } label, Status: SampleStatus.Ok } && !classes.TryAdd(label, row.Class) && classes[label] != row.Class)
                difference = $"has another class than a sample of the same label before it: {row.Class}";
            if (difference is null) continue;
            differing++;
            first ??= $"has a row of sample {row.Key} that {difference}";
        }
        if (first is not null) findings.Add(path, differing == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}; and {differing - 1} more {(differing == 2 ? "row" : "rows")}"));
        VerifyCounts(JobPaths.ShardStats(job.Id, stats.Shard), rows, stats);
        return true;
    }

    private void VerifyCounts(string path, IReadOnlyList<ShardRow> rows, ShardStats stats)
    {
        var failed = rows.Where(row => row.Status == SampleStatus.Failed).ToList();
        Compare("failed", stats.Failed, failed.Count);
        Compare("truncated", stats.Truncated, rows.Count(row => row.Truncated));
        var counts = failed.CountBy(row => row.ErrorCode!).ToDictionary();
        foreach (var code in counts.Keys.Union(stats.Errors.Keys).Order(StringComparer.Ordinal))
            Compare($"errors.{Input.PrintableText.Of(code)}", stats.Errors.GetValueOrDefault(code), counts.GetValueOrDefault(code));

        void Compare(string name, int found, int made)
        {
            if (found != made) findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"has {name} {found}; the shard's metadata makes it {made}"));
        }
    }

    private async Task<bool> VerifyTarAsync(string path, IReadOnlyList<ShardRow> rows, ShardStats stats)
    {
        var stream = await ShardReader.OpenTarAsync(job.Store, job.Id, stats, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (await TarVerification.CompareAsync(stream, rows, stats.TarSha256, cancellationToken).ConfigureAwait(false) is { } difference) findings.Add(path, difference);
        return true;
    }
}
