namespace Atelier.EndToEnd;

/// <summary>For tests that need every core for a while.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
