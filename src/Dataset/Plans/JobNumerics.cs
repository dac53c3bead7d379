namespace Atelier.Dataset.Plans;

/// <summary>The numerics class that a job is bound to, as <c>numerics.json</c> has it.</summary>
internal sealed record JobNumerics
{
    /// <summary>The class of the first worker that was admitted.</summary>
    public required string NumericsClass { get; init; }
}
