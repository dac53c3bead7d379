namespace Atelier.Dashboard.Access;

/// <summary>How much a key may ask for. Those who need none are not limited.</summary>
internal sealed record AccessLimits
{
    /// <summary>Requests a second, in the long run.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>Requests at once, after a pause.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Open streams of events.</summary>
    public int Streams { get; init; } = 8;

    /// <summary>Open streams of events of all keys together.</summary>
    public int AllStreams { get; init; } = 2000;
}
