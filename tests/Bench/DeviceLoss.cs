namespace Atelier.Bench;

/// <summary>Shares of the time of all devices; they add up to 1.</summary>
internal sealed record DeviceLoss
{
    /// <summary>What drawing takes when nothing is lost.</summary>
    public required double Drawing { get; init; }

    /// <summary>Before each device's first batch.</summary>
    public required double Start { get; init; }

    /// <summary>What batches took longer than they were told to: the thread woke up late.</summary>
    public required double Overrun { get; init; }

    /// <summary>Between batches of one shard.</summary>
    public required double BetweenBatches { get; init; }

    /// <summary>From the last batch of a shard to the first of the next: its files, commit, promotion, the next lease and its rows.</summary>
    public required double BetweenShards { get; init; }

    /// <summary>After each device's last batch.</summary>
    public required double End { get; init; }

    /// <summary>How long a device stands still between two shards, on average.</summary>
    public required TimeSpan BetweenShardsTime { get; init; }
}
