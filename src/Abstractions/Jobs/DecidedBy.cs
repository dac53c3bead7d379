
namespace Atelier.Abstractions.Jobs;

/// <summary>Who decides about a job, and why; kept durably with the decision.</summary>
/// <param name="Name">Who, such as <c>ada@hall-3</c>; at most <see cref="JobLimits.MaxReason"/> characters.</param>
/// <param name="Reason">Why, in words of as many characters; null where nothing is said.</param>
[GenerateSerializer, Immutable, Alias("atelier.DecidedBy")]
public sealed record DecidedBy([property: Id(0)] string Name, [property: Id(1)] string? Reason = null)
{
    /// <summary>Refuses texts that are too long.</summary>
    /// <exception cref="InvalidInputException">Names the text and what is allowed.</exception>
    public void Check()
    {
        if (Name.Length > JobLimits.MaxReason || Reason?.Length > JobLimits.MaxReason)
            throw new InvalidInputException($"the reason, or the name of who decides, has {Math.Max(Name.Length, Reason?.Length ?? 0)} characters; allowed: up to {JobLimits.MaxReason}");
    }
}
