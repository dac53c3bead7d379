using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>
/// How often each piece of work has failed through no fault of its samples, and how often its worker was lost; counted durably, once for each lease.
/// </summary>
internal sealed class ShardFaults(IStore store, string job, TimeProvider time)
{
    private readonly Dictionary<(WorkKind Kind, int Shard), Counted> _work = [];

    /// <summary>How often failed work was put back; faults from before do not count.</summary>
    public int Retries { get; private set; }

    /// <summary>What went wrong last; null when nothing is known.</summary>
    public string? LastReason { get; private set; }

    /// <summary>Whether the closing files failed too often to be tried again.</summary>
    public bool ClosingSetAside => IsSetAside(WorkKind.Close, -1);

    /// <summary>Work on shards that has failed too often to be tried again.</summary>
    public IEnumerable<(WorkKind Kind, int Shard)> SetAside => _work.Where(work => work.Value.IsTooOften).Select(work => work.Key);

    /// <summary>Reads the names of what was counted, and one reason.</summary>
    public async Task LoadAsync(int retries)
    {
        Reset(retries);
        var faults = await ShardFaultFiles.ListAsync(store, job, retries);
        foreach (var (kind, shard, lease, isLoss) in faults) Count(kind, shard, lease, isLoss);
        var last = faults.LastOrDefault(fault => IsSetAside(fault.Kind, fault.Shard));
        if (last.Lease != default) LastReason = (await ShardFaultFiles.ReadAsync(store, job, retries, last))?.Reason;
    }

    /// <summary>Forgets what was counted, since failed work is put back.</summary>
    public void Reset(int retries)
    {
        (Retries, LastReason) = (retries, null);
        _work.Clear();
    }

    /// <summary>Counts a fault. When the store cannot be written it throws, and nothing is counted: then the store is the likelier culprit.</summary>
    /// <returns>Whether the work has failed too often now.</returns>
    public async Task<bool> AddAsync(WorkLease lease, string reason, bool isLoss)
    {
        var retries = Retries;
        var fault = new ShardFault { Worker = lease.Worker?.Name, Reason = reason, IsLoss = isLoss, At = time.GetUtcNow() };
        await ShardFaultFiles.TryCreateAsync(store, lease, retries, fault);
        if (retries != Retries) return false;
        LastReason = reason;
        Count(lease.Kind, lease.Shard, lease.Id, isLoss);
        return IsSetAside(lease.Kind, lease.Shard);
    }

    /// <summary>How often work on a shard has failed, in words for people.</summary>
    public string Describe(int shard) =>
        _work.Where(work => work.Key.Shard == shard && work.Value.IsTooOften).Select(work => work.Value.ToString()).FirstOrDefault() ?? "";

    private void Count(WorkKind kind, int shard, Guid lease, bool isLoss)
    {
        if (!_work.TryGetValue((kind, shard), out var counted)) _work.Add((kind, shard), counted = new Counted());
        (isLoss ? counted.Losses : counted.Failures).Add(lease);
    }

    private bool IsSetAside(WorkKind kind, int shard) => _work.TryGetValue((kind, shard), out var counted) && counted.IsTooOften;

    private sealed class Counted
    {
        public HashSet<Guid> Failures { get; } = [];

        public HashSet<Guid> Losses { get; } = [];

        public bool IsTooOften => Failures.Count >= JobLimits.MaxFaults || Losses.Count >= JobLimits.MaxLosses;

        public override string ToString() =>
            Failures.Count >= JobLimits.MaxFaults ? $"{JobLimits.MaxFaults} failures" : $"{JobLimits.MaxLosses} losses of its worker";
    }
}
