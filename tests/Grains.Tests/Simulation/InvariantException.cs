namespace Atelier.Grains.Tests.Simulation;

/// <summary>Something has happened that must not, whatever the order of events.</summary>
public sealed class InvariantException(string message) : Exception(message);
