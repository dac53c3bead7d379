using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Atelier.AppHost;

/// <summary>What silos find each other by.</summary>
/// <param name="Server">The server.</param>
/// <param name="Connection">Its connection string, with the password.</param>
internal sealed record Membership(IResourceBuilder<IResource> Server, IResourceBuilder<IResourceWithConnectionString> Connection);

/// <summary>The kinds of membership.</summary>
internal static class MembershipHosting
{
    private const string Name = "redis";

    // Orleans keeps a silo as a field of the hash {service}/members/{cluster}; 3 is Active.
    private const string Members = "default/members/default";
    private const string Active = "\"Status\":3";

    /// <summary>Redis in a container, with its data in a volume.</summary>
    public static Membership AddRedisContainer(this IDistributedApplicationBuilder builder)
    {
        var redis = builder.AddRedis(Name).WithDataVolume();
        return new Membership(redis, redis);
    }

    /// <summary>The server that comes with <c>atelier</c>: no container, nothing to install.</summary>
    public static Membership AddOwnMembership(this IDistributedApplicationBuilder builder, AppSettings settings)
    {
        var password = builder.AddParameter("membership-password", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
        var server = builder.AddProject<Projects.Cli>("membership", launchProfileName: null).WithEndpoint(scheme: "tcp", name: "tcp");
        var endpoint = server.GetEndpoint("tcp");
        server.WithEnvironment("ATELIER_MEMBERSHIP_PASSWORD", password)
            .WithArgs("membership", "--data", Path.Combine(settings.Store, ".membership"), "--port", endpoint.Property(EndpointProperty.TargetPort));
        var connection = builder.AddConnectionString(
            Name, ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.HostAndPort)},password={password}")).WithOrleansProviderType("Redis");
        builder.Services.AddHealthChecks().AddRedis(_ => ((IResourceWithConnectionString)connection.Resource).GetConnectionStringAsync().AsTask().GetAwaiter().GetResult()!, name: "membership");
        server.WithHealthCheck("membership");
        return new Membership(server, connection);
    }

    /// <summary>Silos are well when all of them are members: a replica has no check of its own.</summary>
    public static IResourceBuilder<ProjectResource> WithMembershipHealth(this IResourceBuilder<ProjectResource> silos, Membership membership, int count)
    {
        silos.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck("silos", async cancellation =>
        {
            var options = ConfigurationOptions.Parse((await membership.Connection.Resource.GetConnectionStringAsync(cancellation))!);
            try
            {
                await using var server = await ConnectionMultiplexer.ConnectAsync(options);
                var active = (await server.GetDatabase().HashGetAllAsync(Members)).Count(row => row.Value.ToString().Contains(Active, StringComparison.Ordinal));
                return active >= count ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{active} of {count} silos are active");
            }
            catch (Exception silent) when (silent is RedisException or RedisTimeoutException)
            {
                return HealthCheckResult.Unhealthy("the membership server does not answer");
            }
        });
        return silos.WithHealthCheck("silos");
    }
}
