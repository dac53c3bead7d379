using System.Collections.Immutable;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>The chunks of a job's rows: what may be one, in what two differ, and which are there.</summary>
internal static class StagedChunks
{
    private const int Readers = 16;

    /// <summary>Refuses what cannot be a chunk.</summary>
    /// <exception cref="InvalidInputException">Names the chunk or the first row, what it has, and what is allowed.</exception>
    public static void Check(int chunk, ImmutableArray<PromptRow> rows)
    {
        const long chunks = JobLimits.MaxRows / JobLimits.ChunkRows;
        if (chunk is < 0 or >= (int)chunks) throw new InvalidInputException($"chunk is '{chunk}'; allowed: 0 to {chunks - 1}");
        if (rows.IsDefaultOrEmpty || rows.Length > JobLimits.ChunkRows)
            throw new InvalidInputException($"chunk {chunk} has {(rows.IsDefault ? 0 : rows.Length)} rows; allowed: 1 to {JobLimits.ChunkRows}, and {JobLimits.ChunkRows} in every chunk but the last");
        for (var i = 0; i < rows.Length; i++)
        {
            var (row, index) = (rows[i], (long)chunk * JobLimits.ChunkRows + i);
            if (row.Index != index) throw new InvalidInputException($"row {i + 1} of chunk {chunk} has the index '{row.Index}'; allowed: {index}");
            if (row.GuidanceScale is { } scale && !JobSpecRules.IsGuidanceScale(scale))
                throw new InvalidInputException($"row {index + 1} has the guidance scale '{scale}'; allowed: {JobSpecRules.GuidanceScaleRange}");
            if (row.InputSha256 is { } input && !JobSpecRules.IsSha256(input))
                throw new InvalidInputException($"row {index + 1} has the input '{input}'; allowed: the SHA-256 of one, 64 hexadecimal digits in lower case");
        }
    }

    /// <summary>Refuses a chunk that exists with other rows.</summary>
    /// <exception cref="InvalidInputException">Names the first row that differs.</exception>
    public static void Compare(string job, int chunk, IReadOnlyList<PromptRow> existing, ImmutableArray<PromptRow> rows)
    {
        for (var i = 0; i < Math.Max(existing.Count, rows.Length); i++)
        {
            var (there, here) = (i < existing.Count ? existing[i] : null, i < rows.Length ? rows[i] : null);
            if (there != here)
            {
                throw new InvalidInputException(
                    $"job '{job}' exists with other rows: row {(long)chunk * JobLimits.ChunkRows + i + 1} is {Describe(there)} there, {Describe(here)} here");
            }
        }
    }

    /// <summary>The chunks of the store; those that are known are not read.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="known">Chunks that are known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyDictionary<int, StagedChunk>> ReadAsync(IStore store, string job, IReadOnlyDictionary<int, StagedChunk> known, CancellationToken cancellationToken)
    {
        var chunks = new Dictionary<int, StagedChunk>();
        var unknown = new List<int>();
        await foreach (var entry in store.ListAsync(JobPaths.AllPrompts(job), cancellationToken).ConfigureAwait(false))
        {
            if (!int.TryParse(Path.GetFileNameWithoutExtension(entry.Path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var chunk)) continue;
            if (known.TryGetValue(chunk, out var appended)) chunks[chunk] = appended;
            else unknown.Add(chunk);
        }
        foreach (var some in unknown.Chunk(Readers))
        {
            var rows = await Task.WhenAll(some.Select(chunk => JobFiles.ReadPromptsAsync(store, job, chunk, JobLimits.ChunkRows, cancellationToken))).ConfigureAwait(false);
            foreach (var (chunk, read) in some.Zip(rows)) chunks[chunk] = StagedChunk.Of(read ?? []);
        }
        return chunks;
    }

    /// <summary>Refuses to start a job whose rows are not all there, or are more.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="chunks">The chunks that are there.</param>
    /// <param name="rows">Rows that the job is to have, at least 1.</param>
    /// <exception cref="InvalidInputException">Names the first chunk that is missing, not full or too many.</exception>
    public static void RequireAll(string job, IReadOnlyDictionary<int, StagedChunk> chunks, long rows)
    {
        for (var first = 0L; first < rows; first += JobLimits.ChunkRows)
        {
            var (chunk, wanted) = ((int)(first / JobLimits.ChunkRows), Math.Min(JobLimits.ChunkRows, rows - first));
            if (!chunks.TryGetValue(chunk, out var there))
                throw new InvalidInputException($"job '{job}' cannot start with {rows} rows: chunk {chunk}, rows {first + 1} to {first + wanted}, was not appended");
            if (there.Rows != wanted) throw new InvalidInputException($"job '{job}' cannot start with {rows} rows: chunk {chunk} has {there.Rows} rows, and {wanted} are wanted");
        }
        var last = (int)((rows - 1) / JobLimits.ChunkRows);
        if (chunks.Keys.Where(chunk => chunk > last).Order().FirstOrDefault(-1) is >= 0 and var more)
            throw new InvalidInputException($"job '{job}' cannot start with {rows} rows: chunk {more} was appended too");
    }

    private static string Describe(PromptRow? row) =>
        row is null ? "absent" : $"\"{(row.Prompt.Length > 60 ? row.Prompt[..60] + "..." : row.Prompt)}\"{(row.Id is null ? "" : $" (id {row.Id})")}"
            + (row.Seed is null ? "" : $" seed {row.Seed}") + (row.GuidanceScale is null ? "" : $" guidance {row.GuidanceScale}")
            + (row.NegativePrompt is null ? "" : $" against \"{row.NegativePrompt}\"")
            + (row.Label is null ? "" : $" label \"{row.Label}\"")
            + (row.InputSha256 is null ? "" : $" inpainting {row.InputSha256[..12]}");
}
