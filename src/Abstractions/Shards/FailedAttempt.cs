using Atelier.Abstractions.Workers;

namespace Atelier.Abstractions.Shards;

/// <summary>An attempt that ended badly through no fault of its samples.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Kind">What it was to do.</param>
/// <param name="IsLoss">Whether its worker was lost, rather than that it reported a failure.</param>
/// <param name="Worker">Name of the worker, if known.</param>
/// <param name="Code">One of <see cref="Jobs.JobCodes"/>.</param>
/// <param name="Message">What went wrong, in words.</param>
/// <param name="At">When it was noted.</param>
[GenerateSerializer, Immutable, Alias("atelier.FailedAttempt")]
public sealed record FailedAttempt(
    [property: Id(0)] Guid Attempt,
    [property: Id(1)] WorkKind Kind,
    [property: Id(2)] bool IsLoss,
    [property: Id(3)] string? Worker,
    [property: Id(4)] string? Code,
    [property: Id(5)] string? Message,
    [property: Id(6)] DateTimeOffset At);
