namespace Atelier.Abstractions.Jobs;

/// <summary>What decides when a job gets workers, and never what its images are; kept durably with the job's state.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobScheduling")]
public sealed record JobScheduling
{
    /// <summary>Most that a weight may be.</summary>
    public const int MaxWeight = 1000;

    private const int MaxSubmitterLength = 200;

    /// <summary>Who the job is for: submitters share the workers of a priority class equally.</summary>
    /// <value>Default empty, a submitter like any other.</value>
    [Id(0)] public string Submitter { get; init; } = "";

    /// <summary>The job's class.</summary>
    /// <value>Default <see cref="JobPriority.Normal"/>.</value>
    [Id(1)] public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>Share among the submitter's own jobs of the class, 1 to <see cref="MaxWeight"/>: twice the weight, twice the samples.</summary>
    /// <value>Default 1.</value>
    [Id(2)] public int Weight { get; init; } = 1;

    /// <summary>Refuses values that are out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting, its value and what is allowed.</exception>
    public void Check()
    {
        if (Submitter is null || Submitter.Length > MaxSubmitterLength || Submitter.Any(char.IsControl))
            throw new InvalidInputException($"submitter is '{Submitter}'; allowed: up to {MaxSubmitterLength} characters, none of them a control character");
        if (!Enum.IsDefined(Priority)) throw new InvalidInputException($"priority is '{Priority}'; allowed: low, normal, high");
        if (Weight is < 1 or > MaxWeight) throw new InvalidInputException($"weight is '{Weight}'; allowed: 1 to {MaxWeight}");
    }
}
