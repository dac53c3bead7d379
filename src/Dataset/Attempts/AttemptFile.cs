using System.Globalization;
using System.Text.RegularExpressions;
using Atelier.Abstractions.Workers;

namespace Atelier.Dataset.Attempts;

/// <summary>
/// A file of an attempt, as its path alone tells: <c>{job}/attempts/00003/{id}.tar</c>, where <c>00003</c> is the shard and the id that of the lease. Promotions
/// have the folder <c>00003-promotion</c>, the closing of the job has <c>closing</c>, the indexing of its row ids <c>index</c>. Failures since the second round of tries end with <c>.r1.failed</c> and so on.
/// </summary>
/// <param name="Work">What the attempt is to do.</param>
/// <param name="Shard">Zero-based shard number; -1 when closing, -2 when indexing.</param>
/// <param name="Attempt">The attempt, which is also its lease.</param>
/// <param name="Kind">What the file says or holds.</param>
/// <param name="Round">How often failed work had been put back before; 0 but for failures and losses.</param>
public readonly partial record struct AttemptFile(WorkKind Work, int Shard, Guid Attempt, AttemptFileKind Kind, int Round = 0)
{
    private const string Promotion = "-promotion";
    private const string Closing = "closing";
    private const string Indexing = "index";

    /// <summary>Whether it tells of a try that ended badly.</summary>
    public bool IsFailure => Kind is AttemptFileKind.Failed or AttemptFileKind.Lost;

    /// <summary>Its path in the store.</summary>
    /// <param name="job">Name of the job.</param>
    public string PathIn(string job)
    {
        var work = Work switch
        {
            WorkKind.Close => Closing,
            WorkKind.Index => Indexing,
            WorkKind.Promote => string.Create(CultureInfo.InvariantCulture, $"{Shard:D5}{Promotion}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Shard:D5}"),
        };
        var round = Round == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".r{Round}");
        return $"{Folder(job)}{work}/{Attempt:N}{round}.{Kind.ToString().ToLowerInvariant()}";
    }

    /// <summary>The folder of all attempts of a job, for listing.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Folder(string job) => $"{job}/attempts/";

    /// <summary>Reads a path; null where it is of no other form than <see cref="PathIn"/> makes.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="path">A path in the store.</param>
    public static AttemptFile? Parse(string job, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = Folder(job);
        if (!path.StartsWith(folder, StringComparison.Ordinal) || Form().Match(path, folder.Length, path.Length - folder.Length) is not { Success: true } match) return null;
        var (shard, work) = match.Groups["shard"].Success ? (Number(match.Groups["shard"]), match.Groups["promotion"].Success ? WorkKind.Promote : WorkKind.Draw)
            : match.Groups["index"].Success ? (WorkLease.IndexShard, WorkKind.Index) : (WorkLease.CloseShard, WorkKind.Close);
        var kind = Enum.Parse<AttemptFileKind>(match.Groups["kind"].ValueSpan, ignoreCase: true);
        var file = new AttemptFile(work, shard, Guid.ParseExact(match.Groups["id"].ValueSpan, "N"), kind, match.Groups["round"].Success ? Number(match.Groups["round"]) : 0);
        // Images and tables are of shards that are drawn, and only failures are counted by rounds.
        var isMade = file.IsFailure || (file.Round == 0 && (kind == AttemptFileKind.Begun || work == WorkKind.Draw));
        return isMade ? file : null;
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\G(?:(?<shard>[0-9]{5}|[1-9][0-9]{5,8})(?<promotion>-promotion)?|closing|(?<index>index))/(?<id>[0-9a-f]{32})(?:\.r(?<round>[1-9][0-9]{0,8}))?\.(?<kind>begun|tar|parquet|failed|lost)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
