using System.Collections.Immutable;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Which jobs are wanted, as the query string says.</summary>
internal sealed record JobListQuery
{
    private const int MaxLimit = 10_000;
    private const int DefaultLimit = 200;

    /// <summary>Where they stand, such as <c>running,paused</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Who they are for.</summary>
    public string? Submitter { get; init; }

    /// <summary><c>low</c>, <c>normal</c> or <c>high</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>A part of the name.</summary>
    public string? Q { get; init; }

    /// <summary>Jobs that have changed since this moment.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What to sort by, with - in front for the greatest first: <c>job</c>, <c>changed</c>, <c>created</c>, <c>samples</c>, <c>failed</c>, <c>images_per_second</c>, <c>submitter</c>, <c>status</c>.</summary>
    public string? Sort { get; init; }

    /// <summary>How many at most, 1 to 10,000; 200 when nothing is said.</summary>
    public int? Limit { get; init; }

    /// <summary>How many to skip.</summary>
    public int? From { get; init; }

    /// <summary>Where to go on: <c>next</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>The same, checked.</summary>
    /// <exception cref="InvalidInputException">A value is not allowed; the message names it.</exception>
    public JobListRequest Check()
    {
        if (Limit is < 1 or > MaxLimit) throw new InvalidInputException($"limit is '{Limit}'; allowed: 1 to {MaxLimit}");
        var from = From ?? 0;
        if (Cursor is not null && (From is not null || !int.TryParse(Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from)))
            throw new InvalidInputException($"cursor is '{Cursor}'; allowed: what 'next' of a page says, without 'from'");
        if (from < 0) throw new InvalidInputException($"from is '{from}'; allowed: 0 or more");
        return new JobListRequest(
            [.. (Status ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Word<JobStatus>)],
            new JobFilter(Submitter, Priority is null ? null : Word<JobPriority>(Priority), Q, Since),
            JobSorting.Parse(Sort),
            from,
            Limit ?? DefaultLimit);
    }

    private static T Word<T>(string word) where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Where(name => name != nameof(JobStatus.Unknown)).Select(name => name.ToLowerInvariant()).ToList();
        return words.Contains(word)
            ? Enum.Parse<T>(word, ignoreCase: true)
            : throw new InvalidInputException($"{(typeof(T) == typeof(JobStatus) ? "status" : "priority")} is '{word}'; allowed: {string.Join(", ", words)}");
    }
}

/// <summary>Which jobs are wanted.</summary>
internal sealed record JobListRequest(
    ImmutableArray<JobStatus> Statuses, JobFilter Filter, Comparison<JobListing> Order, int From, int Limit);
