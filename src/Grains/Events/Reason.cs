namespace Atelier.Grains.Events;

/// <summary>Why something is as it is: one of <see cref="Abstractions.Jobs.JobCodes"/> for programs, and words for people.</summary>
internal sealed record Reason(string Code, string Text);
