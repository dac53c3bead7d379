using System.Net;

namespace Atelier.Dashboard.Access;

/// <summary>
/// The names by which the dashboard may be asked for. A page of another site can have its name resolve to this machine, and then read what is served here; but the
/// browser still sends that name.
/// </summary>
internal sealed class HostNames(DashboardOptions options)
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly HashSet<string> _names = new([.. options.Hosts, .. Loopback, .. AddressOf(options.Address)], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a request may name it so.</summary>
    /// <param name="host">The Host header.</param>
    public bool Allows(HostString host) => host.HasValue && _names.Contains(host.Host);

    /// <summary>Whether it is a name of this machine for itself.</summary>
    /// <param name="host">The Host header.</param>
    public static bool IsLoopback(HostString host) => host.HasValue && Loopback.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    // An address is no name that anybody could make point elsewhere.
    private static string[] AddressOf(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
        ? []
        : [address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString()];
}
