using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;

namespace Atelier.Grains.Leasing;

/// <summary>
/// How often each piece of work has failed through no fault of its samples, and how often its worker was lost, since failed work was last put back; once for each attempt.
/// What is durable of it are the names of the attempts' files.
/// </summary>
internal sealed class AttemptCounts
{
    private readonly Dictionary<(WorkKind Work, int Shard), Counted> _work = [];

    /// <summary>How often failed work was put back; failures from before do not count.</summary>
    public int Round { get; private set; }

    /// <summary>One of the failures for which work was set aside; null when none was.</summary>
    public AttemptFile? Last { get; private set; }

    /// <summary>What went wrong last; null when nothing is known.</summary>
    public string? LastReason { get; set; }

    /// <summary>Whether the closing files failed too often to be tried again.</summary>
    public bool ClosingSetAside => IsSetAside(WorkKind.Close, WorkLease.CloseShard);

    /// <summary>Whether the index of row ids failed too often to be tried again.</summary>
    public bool IndexingSetAside => IsSetAside(WorkKind.Index, WorkLease.IndexShard);

    /// <summary>Work that has failed too often to be tried again.</summary>
    public IEnumerable<(WorkKind Work, int Shard)> SetAside => _work.Where(work => work.Value.IsTooOften).Select(work => work.Key);

    /// <summary>Forgets what was counted, since failed work is put back.</summary>
    public void Begin(int round)
    {
        (Round, Last, LastReason) = (round, null, null);
        _work.Clear();
    }

    /// <summary>Counts a failure, if it is of this round and its attempt was not counted.</summary>
    /// <returns>Whether the work has failed too often now.</returns>
    public bool Add(AttemptFile failure)
    {
        if (!failure.IsFailure || failure.Round != Round) return false;
        if (!_work.TryGetValue((failure.Work, failure.Shard), out var counted)) _work.Add((failure.Work, failure.Shard), counted = new Counted());
        (failure.Kind == AttemptFileKind.Lost ? counted.Losses : counted.Failures).Add(failure.Attempt);
        if (counted.IsTooOften) Last = failure;
        return counted.IsTooOften;
    }

    /// <summary>Whether work on a shard has failed.</summary>
    public bool HaveFailed(int shard) => _work.ContainsKey((WorkKind.Draw, shard)) || _work.ContainsKey((WorkKind.Promote, shard));

    /// <summary>How often each piece of work has failed, what is set aside first.</summary>
    public IEnumerable<ShardFailures> List() => _work
        .Select(work => new ShardFailures(work.Key.Work, work.Key.Shard, work.Value.Failures.Count, work.Value.Losses.Count, work.Value.IsTooOften))
        .OrderByDescending(work => work.IsSetAside).ThenBy(work => work.Shard);

    /// <summary>How often work on a shard has failed, in words for people.</summary>
    public string Describe(int shard) =>
        _work.Where(work => work.Key.Shard == shard && work.Value.IsTooOften).Select(work => work.Value.ToString()).FirstOrDefault() ?? "";

    private bool IsSetAside(WorkKind work, int shard) => _work.TryGetValue((work, shard), out var counted) && counted.IsTooOften;

    private sealed class Counted
    {
        public HashSet<Guid> Failures { get; } = [];

        public HashSet<Guid> Losses { get; } = [];

        public bool IsTooOften => Failures.Count >= JobLimits.MaxFaults || Losses.Count >= JobLimits.MaxLosses;

        public override string ToString() =>
            Failures.Count >= JobLimits.MaxFaults ? $"{JobLimits.MaxFaults} failures" : $"{JobLimits.MaxLosses} losses of its worker";
    }
}
