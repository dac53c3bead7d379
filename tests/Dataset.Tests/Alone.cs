namespace Atelier.Dataset.Tests;

/// <summary>Tests that measure memory, so that no other may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
