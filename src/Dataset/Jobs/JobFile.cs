using System.Globalization;
using System.Text.RegularExpressions;
using Atelier.Dataset.Attempts;

namespace Atelier.Dataset.Jobs;

/// <summary>A file of a job, as its path alone tells.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Its chunk, shard or state; -1 where it has none.</param>
internal readonly partial record struct JobFile(JobFileKind Kind, int Number)
{
    // Five digits, or more without a zero in front: as JobPaths writes numbers, and no second way for any.
    private const string Digits = "([0-9]{5}|[1-9][0-9]{5,8})";

    private const string Guid = "[0-9a-f]{32}";

    private static readonly Dictionary<string, JobFileKind> Single = new(StringComparer.Ordinal)
    {
        ["job.json"] = JobFileKind.Record,
        ["plan.json"] = JobFileKind.Plan,
        ["batch.json"] = JobFileKind.Batch,
        ["numerics.json"] = JobFileKind.Numerics,
        ["ids/index.json"] = JobFileKind.RowIdIndex,
        ["errors.jsonl"] = JobFileKind.Errors,
        ["README.md"] = JobFileKind.Card,
        ["contact-sheet.png"] = JobFileKind.ContactSheet,
        ["summary.json"] = JobFileKind.Summary,
        [".lock"] = JobFileKind.Lock,
    };

    private static readonly (JobFileKind Kind, Regex Form)[] Forms =
    [
        (JobFileKind.Stats, Stats()), (JobFileKind.Tar, Tar()), (JobFileKind.Parquet, Parquet()), (JobFileKind.Prompts, Prompts()), (JobFileKind.State, State()),
        (JobFileKind.Input, Input()), (JobFileKind.RowIds, RowIds()), (JobFileKind.History, History()), (JobFileKind.Part, Part()),
    ];

    /// <summary>Whether the file is needed only until the shard it belongs to, or the job, is finished.</summary>
    public bool IsOfUnfinishedWork => Kind is JobFileKind.Attempt or JobFileKind.Part;

    /// <summary>The file of a path in the store; null where no file of the job has it.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="path">The path, as a listing of the job has it.</param>
    public static JobFile? Parse(string job, string path)
    {
        if (path.Length <= job.Length + 1 || !path.StartsWith(job, StringComparison.Ordinal) || path[job.Length] != '/') return null;
        var name = path[(job.Length + 1)..];
        if (Single.TryGetValue(name, out var single)) return new JobFile(single, -1);
        if (AttemptFile.Parse(job, path) is { } attempt) return new JobFile(attempt.IsFailure ? JobFileKind.Failure : JobFileKind.Attempt, attempt.Shard);
        foreach (var (kind, form) in Forms)
        {
            if (form.Match(name) is not { Success: true } match) continue;
            return new JobFile(kind, match.Groups[1].Success ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : -1);
        }
        return null;
    }

    [GeneratedRegex($@"\Ashards/{Digits}\.json\z")]
    private static partial Regex Stats();

    [GeneratedRegex($@"\Ashards/{Digits}\.tar\z")]
    private static partial Regex Tar();

    [GeneratedRegex($@"\Ashards/{Digits}\.parquet\z")]
    private static partial Regex Parquet();

    [GeneratedRegex($@"\Aprompts/{Digits}\.jsonl\z")]
    private static partial Regex Prompts();

    [GeneratedRegex($@"\Astate/{Digits}\.json\z")]
    private static partial Regex State();

    [GeneratedRegex(@"\Ainputs/[0-9a-f]{64}\.png\z")]
    private static partial Regex Input();

    [GeneratedRegex(@"\Aids/[0-9a-f]{2}\.bin\z")]
    private static partial Regex RowIds();

    [GeneratedRegex($@"\Ahistory/[0-9]{{10}}-{Guid}\.json\z")]
    private static partial Regex History();

    [GeneratedRegex($@"\Aparts/{Digits}/[0-9]{{5,9}}-[0-9a-f]{{16}}-{Guid}\.part\z")]
    private static partial Regex Part();
}
