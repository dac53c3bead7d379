namespace Atelier.Dataset.Verification;

/// <summary>Something of a job that is not as its own files say.</summary>
/// <param name="Path">The file, in the store.</param>
/// <param name="What">What is wrong with it, in words.</param>
public sealed record JobProblem(string Path, string What);
