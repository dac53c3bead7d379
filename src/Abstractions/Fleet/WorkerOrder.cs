namespace Atelier.Abstractions.Fleet;

/// <summary>What a worker is told to do.</summary>
public enum WorkerOrder
{
    /// <summary>To work.</summary>
    None,

    /// <summary>To finish what it has, and to take nothing new.</summary>
    Cordoned,

    /// <summary>To give back what it has as soon as nothing is lost by it, and to take nothing new.</summary>
    Draining,
}
