using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Closing;

/// <summary>Adds up the stats of a job's shards, in the order of the shards.</summary>
internal sealed class SummaryBuilder(JobSpec spec, JobPlan plan) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _numericsClasses = new(StringComparer.Ordinal);
    private long _failed;
    private long _truncated;
    private long _bytes;

    public void Add(ShardStats stats)
    {
        _failed += stats.Failed;
        _truncated += stats.Truncated;
        _bytes += stats.TarBytes + stats.ParquetBytes;
        _numericsClasses.Add(stats.NumericsClass);
        foreach (var (code, count) in stats.Errors)
            _errors[code] = _errors.GetValueOrDefault(code) + count;
        // As sha256sum prints them, so that the digest can be checked without this program.
        AddToDigest($"{stats.ParquetSha256}  {JobPaths.ShardParquet(stats.Shard)}\n");
        AddToDigest($"{stats.TarSha256}  {JobPaths.ShardTar(stats.Shard)}\n");
    }

    public JobSummary Build() => new()
    {
        Samples = plan.Samples,
        Images = plan.Samples - _failed,
        Failed = _failed,
        Truncated = _truncated,
        Errors = _errors,
        Shards = plan.Shards,
        Bytes = _bytes,
        DatasetSha256 = Convert.ToHexStringLower(_hash.GetCurrentHash()),
        NumericsClasses = [.. _numericsClasses],
        Spec = spec,
        // Equal jobs have equal summaries, whenever they were started.
        Plan = plan with { Started = null },
    };

    public void Dispose() => _hash.Dispose();

    private void AddToDigest(string line) => _hash.AppendData(Encoding.UTF8.GetBytes(line));
}
