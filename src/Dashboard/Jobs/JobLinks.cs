using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Where the parts of a job are.</summary>
internal static class JobLinks
{
    private static readonly string[] Always = ["errors", "events", "history", "samples", "shards"];
    private static readonly string[] Started = ["prompts.jsonl", "spec.json", "output.jsonl", "errors.jsonl"];
    private static readonly string[] Completed = ["summary.json", "README.md", "contact-sheet.png"];

    /// <summary>The path of a job.</summary>
    public static string Of(string job) => $"{ApiHosting.Root}/jobs/{Uri.EscapeDataString(job)}";

    /// <summary>The parts that there are.</summary>
    public static IReadOnlyDictionary<string, string> Of(JobProgress job)
    {
        var self = Of(job.JobId);
        var links = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["self"] = self };
        foreach (var part in Always) links[part] = $"{self}/{part}";
        foreach (var part in job.Samples > 0 ? Started : []) links[part] = $"{self}/{part}";
        foreach (var part in job.Status == JobStatus.Completed ? Completed : []) links[part] = $"{self}/{part}";
        return links;
    }
}
