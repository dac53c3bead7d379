using System.Text.Json.Serialization;
using Atelier.Abstractions;

namespace Atelier.Dataset.Access;

/// <summary>How much the bearer of a key may have made.</summary>
public sealed record AccessQuota
{
    /// <summary>Samples of jobs that are submitted on one day of UTC; null for any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SamplesPerDay { get; init; }

    /// <summary>Jobs that have not ended, at one time; null for any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? JobsAtOnce { get; init; }

    /// <summary>Refuses numbers that are no quota.</summary>
    /// <exception cref="InvalidInputException">Names the number and what is allowed.</exception>
    public void Check()
    {
        if (SamplesPerDay < 1) throw new InvalidInputException($"samples per day is '{SamplesPerDay}'; allowed: 1 or more, or none for any number");
        if (JobsAtOnce < 1) throw new InvalidInputException($"jobs at once is '{JobsAtOnce}'; allowed: 1 or more, or none for any number");
    }
}
