using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Orders of a list of jobs; among equals, that of their names.</summary>
internal static class JobSorting
{
    private static readonly Dictionary<string, Comparison<JobListing>> Orders = new(StringComparer.Ordinal)
    {
        ["job"] = (a, b) => string.CompareOrdinal(a.JobId, b.JobId),
        ["changed"] = By(job => job.Changed),
        ["created"] = By(job => job.Created),
        ["samples"] = By<long>(job => job.Samples),
        ["failed"] = By<long>(job => job.Failed),
        ["images_per_second"] = By<double>(job => job.ImagesPerSecond),
        ["submitter"] = (a, b) => string.CompareOrdinal(a.Submitter, b.Submitter),
        ["status"] = By<JobStatus>(job => job.Status),
    };

    /// <summary>An order by its name, with - in front for the reverse.</summary>
    /// <exception cref="InvalidInputException">There is none of that name.</exception>
    public static Comparison<JobListing> Parse(string? sort)
    {
        var name = (sort ?? "job").TrimStart('-');
        if (!Orders.TryGetValue(name, out var order)) throw new InvalidInputException($"sort is '{sort}'; allowed: {string.Join(", ", Orders.Keys)}, each with - in front for the greatest first");
        var sign = sort is ['-', ..] ? -1 : 1;
        return (a, b) => sign * order(a, b) is not 0 and var difference ? difference : string.CompareOrdinal(a.JobId, b.JobId);
    }

    private static Comparison<JobListing> By<T>(Func<JobListing, T?> value) where T : struct => (a, b) => Comparer<T?>.Default.Compare(value(a), value(b));
}
