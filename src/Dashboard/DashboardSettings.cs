using System.Net;
using Atelier.Abstractions;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard;

/// <summary>What the program is told, as the section <c>Atelier</c> of its configuration, which is the silos' too (in the environment: <c>Atelier__Store</c>).</summary>
internal sealed record DashboardSettings
{
    public const string Section = "Atelier";

    /// <summary>Where jobs live, the same as the silos'.</summary>
    public string Store { get; init; } = Path.Combine("out", "jobs");

    /// <summary>A PEM file with the cluster's certificate and key; null where the cluster has none.</summary>
    public string? ClusterKey { get; init; }

    /// <summary>The address to listen at.</summary>
    public string Address { get; init; } = IPAddress.Loopback.ToString();

    /// <summary>The port to listen at; 0 for any.</summary>
    public int Port { get; init; } = DashboardOptions.DefaultPort;

    /// <summary>Names by which it may be asked for, beside loopback's.</summary>
    public string[] Hosts { get; init; } = [];

    /// <summary>Whether those on this machine need an access key too.</summary>
    public bool RequireSignIn { get; init; }

    /// <summary>Where people sign in who have no key.</summary>
    public OpenIdConnectSettings? OpenIdConnect { get; init; }

    /// <summary>Whether the dashboard of Orleans itself is served too; the silos' setting of the name has them collect what it shows.</summary>
    public bool OrleansDashboard { get; init; }

    /// <summary>The dashboard that a configuration describes.</summary>
    /// <exception cref="InvalidInputException">A setting cannot be used; the message names it.</exception>
    public static DashboardOptions Read(IConfiguration configuration, ClusterClient? cluster)
    {
        var settings = configuration.GetSection(Section).Get<DashboardSettings>() ?? new DashboardSettings();
        if (!IPAddress.TryParse(settings.Address, out var address))
            throw new InvalidInputException($"{Section}:{nameof(Address)} is '{settings.Address}'; allowed: an IP address, such as 127.0.0.1");
        if (settings.Port is < 0 or > IPEndPoint.MaxPort)
            throw new InvalidInputException($"{Section}:{nameof(Port)} is '{settings.Port}'; allowed: 0 to {IPEndPoint.MaxPort}");
        return new DashboardOptions
        {
            Store = StoreLocation.Parse(settings.Store).OpenUntried(),
            Connect = cluster is null ? null : cluster.ConnectAsync,
            Address = address,
            Port = settings.Port,
            Hosts = settings.Hosts,
            RequireSignIn = settings.RequireSignIn,
            OrleansDashboard = settings.OrleansDashboard,
            OpenIdConnect = settings.OpenIdConnect,
        };
    }
}
