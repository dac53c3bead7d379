using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Verification;

/// <summary>The rows of a job's list, of which one chunk is in memory.</summary>
internal sealed class StagedRows(string job, JobPlan plan, Findings findings)
{
    /// <summary>Bytes that a chunk may have: more than a grain call carries, with every character escaped.</summary>
    private const int MaxChunkBytes = 1 << 30;

    private readonly HashSet<int> _told = [];
    private IReadOnlyList<PromptRow>? _rows;
    private int _chunk = -1;

    public int Chunks => checked((int)((plan.Rows + plan.ChunkRows - 1) / plan.ChunkRows));

    /// <summary>A row; null where its chunk is missing or damaged, which is told once.</summary>
    public async Task<PromptRow?> FindAsync(long row) =>
        await ReadAsync((int)(row / plan.ChunkRows)).ConfigureAwait(false) is { } rows && row % plan.ChunkRows < rows.Count ? rows[(int)(row % plan.ChunkRows)] : null;

    /// <summary>The rows of a chunk; null where it is missing or damaged.</summary>
    public async Task<IReadOnlyList<PromptRow>?> ReadAsync(int chunk)
    {
        if (chunk == _chunk) return _rows;
        (_chunk, _rows) = (chunk, null);
        if (_told.Contains(chunk)) return null;
        var path = JobPaths.Prompts(job, chunk);
        var before = findings.Count;
        var content = await findings.ReadAsync(path, MaxChunkBytes).ConfigureAwait(false);
        if (content is not null)
            _rows = await findings.LookAsync(path, () => Task.FromResult(JobFiles.ParsePrompts(content, path, (long)chunk * plan.ChunkRows))).ConfigureAwait(false);
        else if (findings.Count == before)
            findings.Add(path, "is missing");
        if (_rows is null) _told.Add(chunk);
        return _rows;
    }
}
