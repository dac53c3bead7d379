using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>How often each piece of work has failed through no fault of its samples; counted durably, once for each lease.</summary>
internal sealed class ShardFaults(IStore store, string job, TimeProvider time)
{
    private readonly Dictionary<(WorkKind Kind, int Shard), HashSet<Guid>> _leases = [];

    /// <summary>How often failed work was put back; faults from before do not count.</summary>
    public int Retries { get; private set; }

    /// <summary>What went wrong last; null when nothing is known.</summary>
    public string? LastReason { get; private set; }

    /// <summary>Whether the closing files failed too often to be tried again.</summary>
    public bool ClosingSetAside => IsSetAside((WorkKind.Close, -1));

    /// <summary>Work on shards that has failed too often to be tried again.</summary>
    public IEnumerable<(WorkKind Kind, int Shard)> SetAside => _leases.Keys.Where(IsSetAside);

    /// <summary>Reads the names of what was counted, and one reason.</summary>
    public async Task LoadAsync(int retries)
    {
        Reset(retries);
        var faults = await ShardFaultFiles.ListAsync(store, job, retries);
        foreach (var (kind, shard, lease) in faults) Count(kind, shard, lease);
        var last = faults.LastOrDefault(fault => IsSetAside((fault.Kind, fault.Shard)));
        if (last.Lease != default) LastReason = (await ShardFaultFiles.ReadAsync(store, job, retries, last))?.Reason;
    }

    /// <summary>Forgets what was counted, since failed work is put back.</summary>
    public void Reset(int retries)
    {
        (Retries, LastReason) = (retries, null);
        _leases.Clear();
    }

    /// <summary>Counts a fault. When the store cannot be written it throws, and nothing is counted: then the store is the likelier culprit.</summary>
    /// <returns>Whether the work has failed too often now.</returns>
    public async Task<bool> AddAsync(WorkLease lease, string reason)
    {
        var retries = Retries;
        var fault = new ShardFault { Worker = lease.Worker?.Name, Reason = reason, At = time.GetUtcNow() };
        await ShardFaultFiles.TryCreateAsync(store, lease, retries, fault);
        if (retries != Retries) return false;
        LastReason = reason;
        Count(lease.Kind, lease.Shard, lease.Id);
        return IsSetAside((lease.Kind, lease.Shard));
    }

    private void Count(WorkKind kind, int shard, Guid lease)
    {
        if (!_leases.TryGetValue((kind, shard), out var leases)) _leases.Add((kind, shard), leases = []);
        leases.Add(lease);
    }

    private bool IsSetAside((WorkKind, int) work) => _leases.TryGetValue(work, out var leases) && leases.Count >= JobLimits.MaxFaults;
}
