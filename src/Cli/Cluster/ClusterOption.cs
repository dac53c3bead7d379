using System.CommandLine;

namespace Atelier.Cli.Cluster;

/// <summary>The option <c>--cluster</c>.</summary>
internal static class ClusterOption
{
    private const string Variable = "ATELIER_CLUSTER";

    /// <summary>The variable of the environment that names the PEM file of a cluster's key.</summary>
    public const string KeyVariable = "ATELIER_CLUSTER_KEY";

    /// <summary>The option; a password is better kept in the environment.</summary>
    public static Option<string> Create() => new("--cluster")
    {
        Description = $"Membership server of the cluster, host:port and Redis options; also ${Variable}.",
        DefaultValueFactory = _ => Options.FromEnvironment(Variable) ?? $"127.0.0.1:{MembershipCommand.DefaultPort}",
    };
}
