namespace Atelier.Silo.Hosting;

/// <summary>The workers of a process.</summary>
public sealed record WorkerOptions
{
    /// <summary>Workers on the CPU; each computes with one thread, and they share the weights.</summary>
    public required int Count { get; init; }

    /// <summary>Folder of each model, by the name that job specs use.</summary>
    public required IReadOnlyDictionary<string, string> Models { get; init; }
}
