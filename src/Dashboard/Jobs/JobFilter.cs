using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Chooses among all jobs; what is null is not asked for.</summary>
/// <param name="Submitter">Who they are for.</param>
/// <param name="Priority">Their class.</param>
/// <param name="NamePart">A part of their name, in upper or lower case.</param>
/// <param name="Since">The moment since which they have changed.</param>
internal sealed record JobFilter(string? Submitter, JobPriority? Priority, string? NamePart, DateTimeOffset? Since)
{
    /// <summary>The jobs that are left, in order, and how many stand where.</summary>
    /// <typeparam name="TState">What they are counted by.</typeparam>
    /// <param name="jobs">All of them.</param>
    /// <param name="stateOf">Where one stands.</param>
    /// <param name="isWanted">Whether a state is asked for; jobs of others are counted all the same.</param>
    /// <param name="order">Their order.</param>
    public (List<JobListing> Wanted, SortedDictionary<TState, int> Counts) Choose<TState>(
        IEnumerable<JobListing> jobs, Func<JobListing, TState> stateOf, Func<TState, bool> isWanted, Comparison<JobListing> order) where TState : notnull
    {
        var (wanted, counts) = (new List<JobListing>(), new SortedDictionary<TState, int>());
        foreach (var job in jobs)
        {
            if (!Leaves(job)) continue;
            var state = stateOf(job);
            counts[state] = counts.GetValueOrDefault(state) + 1;
            if (isWanted(state)) wanted.Add(job);
        }
        wanted.Sort(order);
        return (wanted, counts);
    }

    private bool Leaves(JobListing job) =>
        (Submitter is null || job.Submitter == Submitter)
        && (Priority is null || job.Priority == Priority)
        && (NamePart is null || job.JobId.Contains(NamePart, StringComparison.OrdinalIgnoreCase))
        && (Since is null || (job.Changed ?? job.Created) >= Since);
}
