using System.Text.Json.Serialization;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Jobs;

/// <summary>What may change about a job, written create-only as <c>state/00000.json</c> and so on; the highest number holds.</summary>
public sealed record JobState
{
    /// <summary>Whether it is to be worked on.</summary>
    public JobLifecycle Lifecycle { get; init; }

    /// <summary>When it gets workers.</summary>
    public JobScheduling Scheduling { get; init; } = new();

    /// <summary>How often its failed shards were put back to work; only faults of the last time count.</summary>
    public int Retries { get; init; }

    /// <summary>Who cancelled it, such as <c>ada@hall-3</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? CancelledBy { get; init; }

    /// <summary>Why it was cancelled, in words; null where nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Reason { get; init; }

    /// <summary>Whether files of committed shards, or of a finished job, were found missing and are being made again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRestoring { get; init; }

    /// <summary>When this was decided.</summary>
    public DateTimeOffset Changed { get; init; }
}
