namespace Atelier.Abstractions.Jobs;

/// <summary>Bounds that hold for every job.</summary>
public static class JobLimits
{
    /// <summary>Rows of one staged chunk; the last chunk may hold fewer.</summary>
    public const int ChunkRows = 1000;

    /// <summary>Times that work on one shard may fail through no fault of its samples before the job stops.</summary>
    public const int MaxFaults = 3;
}
