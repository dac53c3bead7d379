using Atelier.Silo.Hosting;

namespace Atelier.Cli.Cluster;

/// <summary>
/// The ports of one silo, the same whenever it is started again: a silo that joins declares dead at once who had its address before, while a dead
/// silo at another address is waited for until its last sign of life is old.
/// </summary>
internal sealed class SiloPorts(TimeProvider time)
{
    // A silo that ended so soon may not have got its ports, which somebody else has taken meanwhile.
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);

    private (int Silo, int Gateway)? _ports;
    private long _given;

    /// <summary>The ports for the next start.</summary>
    public (int Silo, int Gateway) Next()
    {
        if (_ports is null || time.GetElapsedTime(_given) < Proven)
        {
            var free = FreePorts.Find(2);
            _ports = (free[0], free[1]);
        }
        _given = time.GetTimestamp();
        return _ports.Value;
    }
}
