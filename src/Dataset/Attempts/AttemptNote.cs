using System.Text.Json.Serialization;

namespace Atelier.Dataset.Attempts;

/// <summary>What the small files of an attempt hold: who had the work in hand, and why it ended badly.</summary>
// A newer program may say more; nothing here can make a sample another one.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record AttemptNote
{
    /// <summary>Name of the worker, if known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>What went wrong, in words for people; null while nothing has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The same for programs; null while nothing has, and where a note says no more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; init; }
}
