namespace Atelier.Chaos;

/// <summary>What to disturb, and how much of it.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Silo processes.</summary>
    public required int Silos { get; init; }

    /// <summary>Silos to kill with SIGKILL.</summary>
    public required int Kills { get; init; }

    /// <summary>Silos to stop with SIGSTOP for longer than a lease lasts.</summary>
    public required int Freezes { get; init; }

    /// <summary>Restarts of the membership server and, on blobs, of the blob server.</summary>
    public required int Restarts { get; init; }

    /// <summary>Time after which nothing more is disturbed.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Decides what is disturbed when.</summary>
    public required int Seed { get; init; }

    /// <summary>Whether jobs live in blobs rather than in a folder.</summary>
    public required bool IsAzure { get; init; }

    /// <summary>Rows of the job.</summary>
    public required int Rows { get; init; }

    /// <summary>Samples of a shard; shards of over a minute keep their batches as parts.</summary>
    public required int ShardSize { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Mean pause between two disturbances.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>How long a freeze lasts.</summary>
    public required TimeSpan Freeze { get; init; }

    /// <summary>Where everything is written.</summary>
    public required string Folder { get; init; }
}
