using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Plans;

/// <summary>What a job would be. What is guessed is a range, and null where nothing is known to guess from.</summary>
internal sealed record PlanView
{
    public required JobPlan Plan { get; init; }

    public required long Samples { get; init; }

    public required int Shards { get; init; }

    /// <summary>Bytes of all shards.</summary>
    public long? BytesLow { get; init; }

    /// <inheritdoc cref="BytesLow"/>
    public long? BytesHigh { get; init; }

    /// <summary>Seconds on the workers that there are now, if nothing else wants them.</summary>
    public TimeSpan? SecondsLow { get; init; }

    /// <inheritdoc cref="SecondsLow"/>
    public TimeSpan? SecondsHigh { get; init; }

    /// <summary>Hours of one device.</summary>
    public double? DeviceHoursLow { get; init; }

    /// <inheritdoc cref="DeviceHoursLow"/>
    public double? DeviceHoursHigh { get; init; }

    /// <summary>Workers that there are now.</summary>
    public required int Workers { get; init; }

    /// <summary>What the submitter may not have meant.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
