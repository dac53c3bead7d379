using System.Text.Json.Serialization;

namespace Atelier.Dataset.Plans;

/// <summary>The one field of <c>plan.json</c> that every format has, by which a version tells whether it knows the others.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PlanFormat
{
    /// <summary>The format of the job's shards.</summary>
    public required int ShardFormat { get; init; }
}
