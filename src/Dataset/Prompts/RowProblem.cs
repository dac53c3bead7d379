namespace Atelier.Dataset.Prompts;

/// <summary>What is wrong with a row of a prompt list.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Field">The field or column that cannot be used; null where it is the whole row.</param>
/// <param name="Code">What is wrong, for programs: one of <see cref="RowProblemCodes"/>.</param>
/// <param name="Value">What was found there, cut to what can be shown; null where nothing was.</param>
/// <param name="Message">What was found and what is allowed, for the user.</param>
public sealed record RowProblem(long Line, string? Field, string Code, string? Value, string Message);
