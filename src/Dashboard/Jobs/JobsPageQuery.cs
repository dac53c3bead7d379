using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Submit;

namespace Atelier.Dashboard.Jobs;

/// <summary>Which jobs the page of jobs shows, as its address says. What is not allowed is passed over: an address may be an old one, or somebody's own.</summary>
internal sealed record JobsPageQuery
{
    /// <summary>Jobs of one window.</summary>
    public const int Window = 200;

    /// <summary>Those that need somebody, for <see cref="View"/>.</summary>
    public const string BrokenView = "broken";

    /// <summary>Those that were drawn from the form of a new job, for <see cref="View"/>.</summary>
    public const string TrialsView = "trials";

    private const string NewestFirst = "-created";

    /// <summary>Spans for <see cref="Changed"/>.</summary>
    public static IReadOnlyList<(string Word, TimeSpan Span)> Spans { get; } = [("1h", TimeSpan.FromHours(1)), ("24h", TimeSpan.FromHours(24)), ("7d", TimeSpan.FromDays(7))];

    public string? Status { get; init; }

    public string? Submitter { get; init; }

    public string? Q { get; init; }

    /// <summary>What somebody has labelled them with; of several, with commas between them, all.</summary>
    public string? Label { get; init; }

    public string? Changed { get; init; }

    public string? View { get; init; }

    public string? Sort { get; init; }

    public int From { get; init; }

    /// <summary>Whether anything is filtered.</summary>
    public bool IsFiltered => Status is not null || Submitter is not null || Q is not null || Label is not null || Changed is not null || View is not null;

    public static JobsPageQuery Read(IQueryCollection query) => new()
    {
        Status = States(Text(query, "status")) is { Count: > 0 } ? Text(query, "status") : null,
        Submitter = Text(query, "submitter"),
        Q = Text(query, "q"),
        Label = Text(query, "label"),
        Changed = Text(query, "changed") is { } word && Spans.Any(span => span.Word == word) ? word : null,
        View = Text(query, "view") is BrokenView or TrialsView ? Text(query, "view") : null,
        Sort = Text(query, "sort"),
        From = int.TryParse(query["from"], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 0,
    };

    /// <summary>The jobs of the window, and how many there are.</summary>
    public JobsWindow Choose(AllJobs all, DateTimeOffset now)
    {
        var (states, since) = (States(Status), Changed is { } word ? now - Spans.First(span => span.Word == word).Span : (DateTimeOffset?)null);
        var labels = (Label ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (wanted, counts) = (new JobFilter(Submitter, null, Q, since) { Labels = [.. labels] }).Choose(
            all.Jobs.Where(IsInView), all.LabelsOf, JobStates.Of, state => states.Count == 0 || states.Contains(state), Order());
        return new JobsWindow([.. wanted.Skip(From).Take(Window).Select(job => JobRowView.Of(job, all.LabelsOf(job)))], wanted.Count, all.Jobs.Count, counts, all);
    }

    /// <summary>The same address with something else in it.</summary>
    public string Url(Func<JobsPageQuery, JobsPageQuery> change, string path = "/jobs")
    {
        var query = change(this);
        var parts = new List<string>();
        Add("status", query.Status);
        Add("submitter", query.Submitter);
        Add("q", query.Q);
        Add("label", query.Label);
        Add("changed", query.Changed);
        Add("view", query.View);
        Add("sort", query.Sort);
        Add("from", query.From == 0 ? null : query.From.ToString(CultureInfo.InvariantCulture));
        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";

        void Add(string name, string? value)
        {
            if (value is not null) parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }
    }

    /// <summary>What is filtered, in words.</summary>
    public IEnumerable<string> Filters()
    {
        if (View is not null) yield return View == TrialsView ? "trials" : "in need of somebody";
        if (Status is not null) yield return $"state {Status}";
        if (Q is not null) yield return $"name has '{Q}'";
        if (Submitter is not null) yield return $"for {Submitter}";
        if (Label is not null) yield return $"label {Label}";
        if (Changed is not null) yield return $"changed in the last {Changed}";
        if (From > 0) yield return $"from number {Say.Count(From + 1)} on";
    }

    public static JobState StateOf(JobRowView job) => JobStates.Of(job.Status, job.Reason?.Message, job.ImagesPerSecond, job.Failed);

    // Trials are looked at where they were asked for; here they come only when they are looked for.
    private bool IsInView(JobListing job) => View switch
    {
        BrokenView => Advice.IsNeeded(JobStates.Of(job)),
        TrialsView => Trial.IsName(job.JobId),
        _ => Q is not null || !Trial.IsName(job.JobId),
    };

    private Comparison<JobListing> Order()
    {
        try
        {
            return JobSorting.Parse(Sort ?? NewestFirst);
        }
        catch (Abstractions.InvalidInputException)
        {
            return JobSorting.Parse(NewestFirst);
        }
    }

    // A word stands for every state that it is the word of.
    private static List<JobState> States(string? words) =>
        words is null ? [] : [.. Enum.GetValues<JobState>().Where(state => words.Split(',').Contains(state.Word(), StringComparer.OrdinalIgnoreCase))];

    private static string? Text(IQueryCollection query, string name) => query[name].ToString().Trim() is { Length: > 0 and <= 200 } text ? text : null;
}

/// <summary>Some jobs, and how many there are.</summary>
/// <param name="Jobs">Those of the window.</param>
/// <param name="Wanted">Those that the filters leave.</param>
/// <param name="Total">All.</param>
/// <param name="Counts">How many stand where, whatever states were asked for.</param>
/// <param name="All">What they were chosen from.</param>
internal sealed record JobsWindow(IReadOnlyList<JobRowView> Jobs, int Wanted, int Total, IReadOnlyDictionary<JobState, int> Counts, AllJobs All);
