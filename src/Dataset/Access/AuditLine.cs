using System.Text.Json.Serialization;

namespace Atelier.Dataset.Access;

/// <summary>That somebody is about to do something, written before it is done. Whether it then succeeded, what it was done to says.</summary>
public sealed record AuditLine
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: the owner of the key, or <c>user@machine</c>.</summary>
    public required string Who { get; init; }

    /// <summary>Id of the key; null where none was needed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Key { get; init; }

    /// <summary>What, such as <c>job.pause</c>.</summary>
    public required string Act { get; init; }

    /// <summary>To what: the name of a job, a worker, a key.</summary>
    public required string Target { get; init; }

    /// <summary>Why, in words; null where nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Reason { get; init; }

    /// <summary>Id of the request, which logs and answers name too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Request { get; init; }
}
