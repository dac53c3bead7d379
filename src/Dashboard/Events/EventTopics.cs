using Atelier.Dataset.Catalogue;

namespace Atelier.Dashboard.Events;

/// <summary>The topics that can be followed, and where their events come from.</summary>
internal sealed class EventTopics(JobFeed job, JobsFeed jobs, FleetFeed fleet)
{
    public const string Jobs = "jobs";
    public const string Fleet = "fleet";
    public const string JobPrefix = "job:";

    /// <summary>Whether there can be such a topic.</summary>
    public static bool Has(string topic) => topic is Jobs or Fleet || (topic.StartsWith(JobPrefix, StringComparison.Ordinal) && JobIndex.IsName(topic[JobPrefix.Length..]));

    /// <summary>The events of a topic from now on, until there can be no more.</summary>
    public IAsyncEnumerable<TopicEvent> ReadAsync(string topic, CancellationToken cancellationToken) => topic switch
    {
        Jobs => jobs.ReadAsync(cancellationToken),
        Fleet => fleet.ReadAsync(cancellationToken),
        _ => job.ReadAsync(topic[JobPrefix.Length..], cancellationToken),
    };
}
