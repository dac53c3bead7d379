using System.Net;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Models;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard;

/// <summary>What a dashboard serves, and where.</summary>
public sealed record DashboardOptions
{
    /// <summary>The port where dashboards are looked for.</summary>
    public const int DefaultPort = 7380;

    /// <summary>Where jobs live, the same as the cluster's.</summary>
    public required IStore Store { get; init; }

    /// <summary>
    /// Connects to the cluster; called again after an <see cref="IOException"/>, until it succeeds once. Null where there is no cluster: what has ended is then
    /// served from the store, and nothing can be submitted or steered.
    /// </summary>
    public Func<CancellationToken, Task<IGrainFactory>>? Connect { get; init; }

    /// <summary>The address to listen at.</summary>
    /// <value>Default loopback.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port to listen at; 0 for any that is free.</summary>
    /// <value>Default <see cref="DefaultPort"/>.</value>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Names by which the dashboard may be asked for, beside <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>; without ports.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Whether those on this machine need an access key too, as behind a proxy that does not say that it is one.</summary>
    /// <value>Default false.</value>
    public bool RequireSignIn { get; init; }

    /// <summary>Where people sign in who have no key; null for nowhere.</summary>
    /// <value>Default null.</value>
    public OpenIdConnectSettings? OpenIdConnect { get; init; }

    /// <summary>Whether the dashboard of Orleans itself is served too, at <c>/orleans</c>, for those who may operate. The silos have to say that they collect what it shows.</summary>
    /// <value>Default false.</value>
    public bool OrleansDashboard { get; init; }

    /// <summary>Models of this machine, which jobs may name; those of the store and of the workers are known without.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<KnownModel> Models { get; init; } = [];

    /// <summary>How long a request waits for the cluster before it does without, more than nothing.</summary>
    /// <value>Default 3 seconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How much a key may ask for.</summary>
    internal AccessLimits Limits { get; init; } = new();

    /// <summary>Where logs go; by default nowhere.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>The clock.</summary>
    /// <value>Default the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
