using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

/// <summary>Which workers are gone because membership has declared their silo dead. Looks at what this silo knows of the cluster; asks nobody.</summary>
internal sealed class DeadSilos(IClusterMembershipService membership)
{
    private MembershipVersion _seen = MembershipVersion.MinValue;

    /// <summary>Whether the cluster has changed since the last time this was asked.</summary>
    public bool HaveChanged()
    {
        var version = membership.CurrentSnapshot.Version;
        if (version == _seen) return false;
        _seen = version;
        return true;
    }

    public bool Include(WorkerInfo worker) => worker.Silo is { } text && Parse(text) is { } silo
        && membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.Dead;

    private static SiloAddress? Parse(string text)
    {
        try
        {
            return SiloAddress.FromParsableString(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
