using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Verification;

/// <summary>
/// Compares the files that close a job with those that its shards make. Fed shard by shard, in order. Where a shard cannot be read there is nothing to compare with: that is told already,
/// and then only what is left can be looked at.
/// </summary>
internal sealed class ClosingVerification(VerifiedJob job, Findings findings, CancellationToken cancellationToken) : IAsyncDisposable
{
    // Beyond what a card, or a sheet of 48 images, can have.
    private const int MaxSheetBytes = 256 << 20;

    private readonly SummaryBuilder _summary = new(job.Spec, job.Plan);
    private readonly int[] _imagesOfShards = new int[job.Plan.Shards];
    private ExpectedFile? _errors;
    private bool _areStatsWhole = true;
    private bool _areRowsWhole = true;

    /// <summary>Opens the list of failed samples.</summary>
    public async Task BeginAsync()
    {
        var path = JobPaths.Errors(job.Id);
        var before = findings.Count;
        var file = await findings.LookAsync<Stream?>(path, () => job.Store.OpenReadAsync(path, cancellationToken)).ConfigureAwait(false);
        if (file is not null) _errors = new ExpectedFile(file);
        else if (findings.Count == before) findings.Add(path, "is missing from a finished job");
    }

    /// <summary>Adds the next shard.</summary>
    public async Task AddAsync(ShardStats? stats, IReadOnlyList<ShardRow>? rows)
    {
        _areStatsWhole &= stats is not null;
        _areRowsWhole &= rows is not null;
        if (stats is not null)
        {
            _summary.Add(stats);
            _imagesOfShards[stats.Shard] = stats.Samples - stats.Failed;
        }
        if (_errors is null || rows is null) return;
        foreach (var row in rows.Where(row => row.Status == SampleStatus.Failed))
            await _errors.CompareAsync(ErrorLine.Of(row), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares the files.</summary>
    /// <param name="found">What <c>summary.json</c> says; null where it is damaged.</param>
    /// <param name="areShardsWhole">Whether nothing is wrong with any shard.</param>
    public async Task ConcludeAsync(JobSummary? found, bool areShardsWhole)
    {
        if (_errors is not null && _areRowsWhole && await _errors.ConcludeAsync(cancellationToken).ConfigureAwait(false) is { } difference)
            findings.Add(JobPaths.Errors(job.Id), difference);
        var sheet = await ReadAsync(JobPaths.ContactSheet(job.Id), found is null ? null : found.Images > 0).ConfigureAwait(false);
        var card = await ReadAsync(JobPaths.Card(job.Id), true).ConfigureAwait(false);
        if (!_areStatsWhole || job.Plan.BatchSize is null) return;

        var expected = _summary.Build();
        if (found is not null)
            foreach (var name in JsonDifferences.Of(found, expected, JobJson.File.JobSummary)) findings.Add(JobPaths.Summary(job.Id), name);
        if (card is not null)
        {
            var file = new ExpectedFile(new MemoryStream(card));
            await using var _ = file.ConfigureAwait(false);
            await file.CompareAsync(Encoding.UTF8.GetBytes(DatasetCard.Render(expected)), cancellationToken).ConfigureAwait(false);
            if (await file.ConcludeAsync(cancellationToken).ConfigureAwait(false) is { } line) findings.Add(JobPaths.Card(job.Id), line);
        }
        if (sheet is not null && areShardsWhole) await findings.LookAsync(JobPaths.ContactSheet(job.Id), () => CompareSheetAsync(sheet, expected)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _summary.Dispose();
        if (_errors is not null) await _errors.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<byte[]?> ReadAsync(string path, bool? isExpected)
    {
        var before = findings.Count;
        var content = await findings.ReadAsync(path, MaxSheetBytes).ConfigureAwait(false);
        if (findings.Count > before || isExpected is null) return content;
        if (content is null && isExpected.Value) findings.Add(path, "is missing from a finished job");
        if (content is not null && !isExpected.Value) findings.Add(path, "is there, though the job has no image");
        return content;
    }

    private async Task<bool> CompareSheetAsync(byte[] sheet, JobSummary summary)
    {
        var expected = await JobContactSheet.RenderAsync(job.Store, job.Id, summary, _imagesOfShards, cancellationToken).ConfigureAwait(false);
        return expected is null || sheet.AsSpan().SequenceEqual(expected) ? true : throw new InvalidDataException("is not the picture that this version makes of the job's images");
    }
}
