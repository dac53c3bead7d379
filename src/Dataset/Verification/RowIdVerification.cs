using System.Globalization;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;

namespace Atelier.Dataset.Verification;

/// <summary>Compares the index of row ids, where there is one, with the one that the staged rows make.</summary>
internal sealed class RowIdVerification(VerifiedJob job, Findings findings) : IDisposable
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private RowIdBuckets? _buckets;

    /// <summary>Looks whether there is an index; where there is none, nothing else here does anything.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (await job.Store.ListAsync(JobPaths.RowIds(job.Id), cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false)) _buckets = new RowIdBuckets();
    }

    /// <summary>Adds the next chunk of the job's rows; where one is not whole, that is told already, and there is nothing to compare with.</summary>
    public async Task AddAsync(int chunk)
    {
        if (_buckets is null) return;
        if (await job.Rows.ReadAsync(chunk).ConfigureAwait(false) is { } rows)
        {
            foreach (var row in rows)
                if (row.Id is { } id) _buckets.Add(id, row.Index);
            return;
        }
        Dispose();
        _buckets = null;
    }

    /// <summary>Compares a file of the index.</summary>
    public async Task VerifyAsync(string path, JobFileKind kind)
    {
        _seen.Add(path);
        if (_buckets is null) return;
        var expected = kind == JobFileKind.RowIdIndex
            ? JobJson.Write(new RowIdCounts { Rows = job.Plan.Rows, Ids = _buckets.Count }, JobJson.File.RowIdCounts)
            : RowIdBuckets.ToBytes(_buckets.Sorted(Convert.ToInt32(Path.GetFileNameWithoutExtension(path), 16)));
        if (await findings.ReadAsync(path, Math.Max(expected.Length, Findings.MaxSmallBytes)).ConfigureAwait(false) is not { } found || found.AsSpan().SequenceEqual(expected)) return;
        findings.Add(path, string.Create(CultureInfo.InvariantCulture, $"differs from byte {found.AsSpan().CommonPrefixLength(expected)} on from the index that the job's rows make"));
    }

    /// <summary>Looks whether all files of an index are there that says it is complete.</summary>
    public void Conclude()
    {
        if (_buckets is null || !_seen.Contains(JobPaths.RowIdIndex(job.Id))) return;
        for (var bucket = 0; bucket < RowIdEntry.Buckets; bucket++)
        {
            var path = JobPaths.RowIds(job.Id, bucket);
            if (!_seen.Contains(path) && !_buckets.IsEmpty(bucket)) findings.Add(path, "is missing from a complete index of row ids");
        }
    }

    public void Dispose() => _buckets?.Dispose();
}
