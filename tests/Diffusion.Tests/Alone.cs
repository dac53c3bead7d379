namespace Atelier.Diffusion.Tests;

/// <summary>For tests that must not run beside others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
