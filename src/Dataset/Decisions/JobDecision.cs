using System.Text.Json.Serialization;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Decisions;

/// <summary>What was decided about a job, by whom and why; written create-only as <c>state/00000.json</c> and so on, and the highest number holds.</summary>
// A newer program may say more; nothing here can make a sample another one.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record JobDecision
{
    /// <summary>Whether it is to be worked on.</summary>
    public JobLifecycle Lifecycle { get; init; }

    /// <summary>When it gets workers.</summary>
    public JobScheduling Scheduling { get; init; } = new();

    /// <summary>How often its failed work was put back; only failures since then count.</summary>
    public int Round { get; init; }

    /// <summary>Who decided, such as <c>ada@hall-3</c>; null for the cluster itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? By { get; init; }

    /// <summary>Why, in words; null where nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Reason { get; init; }

    /// <summary>Whether files of committed shards, or of a finished job, were found missing and are being made again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRestoring { get; init; }

    /// <summary>When this was decided.</summary>
    public DateTimeOffset Changed { get; init; }
}
