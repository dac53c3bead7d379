using Atelier.Abstractions;
using Atelier.Abstractions.Doors;
using Atelier.Abstractions.Retries;
using Atelier.Client;
using Atelier.Silo.Doors;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace Atelier.Cli.Cluster;

/// <summary>A connection to a running cluster, by the server that keeps its membership.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    // Orleans makes these tries itself, and only asks whether to go on.
    private static readonly RetryOptions Retry = new();
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);
    private readonly IHost _host;
    private readonly ClusterKey? _key;

    private ClusterConnection(IHost host, ClusterKey? key)
    {
        (_host, _key) = (host, key);
        Grains = host.Services.GetRequiredService<IClusterClient>();
        Client = new AtelierClient(Grains);
    }

    /// <summary>The cluster's grains.</summary>
    public IGrainFactory Grains { get; }

    /// <summary>Jobs of the cluster.</summary>
    public AtelierClient Client { get; }

    /// <summary>Connects, waiting a few seconds for silos that are just starting. A cluster that this user runs on this machine needs no password.</summary>
    /// <param name="redis">Connection string of the membership server.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The connection string cannot be read, or has the wrong password.</exception>
    /// <exception cref="IOException">Nobody answers there.</exception>
    public static async Task<ClusterConnection> OpenAsync(string redis, CancellationToken cancellationToken)
    {
        var membership = Membership(redis);
        var local = membership.Password is null && membership.EndPoints is [var server] ? LocalCluster.Find(server) : null;
        if (local is not null) membership.Password = local.Password;
        var key = KeyOf(local);
        var where = string.Join(", ", membership.EndPoints);
        try
        {
            await RedisConnection.TryAsync(membership, "--cluster");
        }
        catch (IOException unreachable)
        {
            throw new IOException($"no cluster answers by {where}: {unreachable.Message}", unreachable);
        }
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        // ClusterId and ServiceId come from the same names that silos read.
        builder.Configuration.AddEnvironmentVariables();
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(options => options.ConfigurationOptions = membership);
            client.UseConnectionRetryFilter(new FewRetries());
            key?.Guard(client);
            client.Services.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new ClusterConnection(host, key);
        }
        catch (Exception unusable) when (unusable is not OperationCanceledException)
        {
            host.Dispose();
            key?.Dispose();
            var isSilent = unusable is RedisException or OrleansException or ConnectionFailedException;
            // What Orleans says of a membership that somebody garbled is of its own code.
            throw new IOException(isSilent ? $"no cluster answers by {where}: {unusable.Message}" : $"the membership at {where} cannot be read: {unusable.Message}", unusable);
        }
    }

    /// <summary>The settings in a connection string.</summary>
    /// <exception cref="InvalidInputException">It cannot be read; the message does not repeat it, as it may hold a password.</exception>
    public static ConfigurationOptions Membership(string redis)
    {
        var options = RedisConnection.Parse(redis, "--cluster");
        if (options.EndPoints.Count > 0) return options;
        throw new InvalidInputException("--cluster names no server; allowed: host:port, then options of a Redis such as ,password=...");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _key?.Dispose();
    }

    private static ClusterKey? KeyOf(LocalCluster? local)
    {
        if (Options.FromEnvironment(ClusterOption.KeyVariable) is { } file) return ClusterKeyFile.Read(file, $"${ClusterOption.KeyVariable}");
        return local is null ? null : ClusterKeyFile.Read(local.KeyFile, "the key of the cluster on this machine");
    }

    private sealed class FewRetries : IClientConnectionRetryFilter
    {
        private int _tries;

        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            // Silos may be about to join; a membership server that is not there will not come.
            if (exception is RedisException || ++_tries >= Retry.MaxTries) return false;
            await Task.Delay(Retry.Pause, cancellationToken);
            return true;
        }
    }
}
