namespace Atelier.Dashboard.Jobs;

/// <summary>Samples that failed for one reason.</summary>
internal sealed record FailureGroup(string Code, long Count, int? FirstShard);

/// <summary>What failed in a job.</summary>
/// <param name="Samples">Samples without an image, the most frequent reason first.</param>
/// <param name="AreCounted">Whether those of all committed shards are.</param>
/// <param name="Work">Work that ended badly through no fault of its samples.</param>
internal sealed record JobFailures(IReadOnlyList<FailureGroup> Samples, bool AreCounted, IReadOnlyList<FailedWork> Work);

/// <summary>Work that ended badly; of no shard where that is negative.</summary>
internal sealed record FailedWork(int Shard, int Failures, int Losses, bool IsSetAside);

/// <summary>An attempt at a shard: who made it, and what became of it.</summary>
internal sealed record AttemptOfShard(DateTimeOffset? At, string? Worker, string Shape, string Words);

/// <summary>How fast a job was in a span of time.</summary>
internal sealed record RateOfSpan(DateTimeOffset At, double ImagesPerSecond, int Workers);

/// <summary>Where the shards of a job stand, in four bits each, the first of two in the lower ones; from 8 on the shard is leased, and so many eighths of it are drawn.</summary>
internal sealed record ShardStates(int Count, byte[] Bytes)
{
    public const int Done = 3;
    public const int DoneWithFailures = 4;
    public const int Leased = 8;

    /// <summary>The words for them, by number.</summary>
    public static IReadOnlyList<(int State, string Word)> Words { get; } =
        [(2, "set aside"), (1, "waiting after a fault"), (4, "done, some samples failed"), (8, "leased"), (0, "waiting"), (5, "committed, not promoted"), (3, "done")];

    public int this[int shard]
    {
        get => (Bytes[shard / 2] >> (shard % 2 * 4)) & 0xF;
        set => Bytes[shard / 2] = (byte)((Bytes[shard / 2] & ~(0xF << (shard % 2 * 4))) | (value << (shard % 2 * 4)));
    }

    /// <summary>The state without the eighths.</summary>
    public int KindOf(int shard) => Math.Min(this[shard], Leased);

    /// <summary>How many stand where, and the first that does.</summary>
    public IReadOnlyList<(int State, string Word, int Count, int First)> Counts()
    {
        var (counts, firsts) = (new int[Leased + 1], new int[Leased + 1]);
        for (var shard = 0; shard < Count; shard++)
            if (counts[KindOf(shard)]++ == 0) firsts[KindOf(shard)] = shard;
        return [.. Words.Select(one => (one.State, one.Word, counts[one.State], firsts[one.State]))];
    }
}
