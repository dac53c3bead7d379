namespace Atelier.Dataset.Prompts;

/// <summary>What is wrong with a row of a prompt list.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Detail">What was found there and what is allowed, for the user.</param>
public sealed record RowProblem(long Line, string Detail);
