namespace Atelier.Simulation;

/// <summary>A batch that a device drew.</summary>
/// <param name="Device">The device's thread.</param>
/// <param name="BeginsShard">Whether it is the first of its shard.</param>
/// <param name="Begun">When it began, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Ended">When it was done.</param>
/// <param name="Samples">Samples, without those that fill it up.</param>
/// <param name="DrawAgain">Draws the same on the calling thread and leaves the pixels.</param>
public sealed record DrawnBatch(int Device, bool BeginsShard, long Begun, long Ended, int Samples, Action DrawAgain);
