using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Doors;
using Atelier.Input;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace Atelier.Dashboard.Cluster;

/// <summary>
/// The Orleans client of a program of its own, by what silos are configured with: <c>ConnectionStrings:redis</c>, or the section <c>Orleans:Clustering</c>, and
/// <c>Atelier:ClusterKey</c>.
/// </summary>
internal sealed class ClusterClient : IAsyncDisposable
{
    private const string Redis = "redis";
    private const int MaxKeyBytes = 64 * 1024;
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);
    private readonly IConfiguration _configuration;
    private readonly ClusterKey? _key;
    private IHost? _host;

    private ClusterClient(IConfiguration configuration, ClusterKey? key) => (_configuration, _key) = (configuration, key);

    /// <summary>The client that a configuration describes; null where it names no cluster.</summary>
    /// <exception cref="InvalidInputException">The key cannot be read.</exception>
    public static ClusterClient? From(IConfiguration configuration)
    {
        if (configuration.GetConnectionString(Redis) is null && configuration["Orleans:Clustering:ProviderType"] is null) return null;
        return new ClusterClient(configuration, configuration[$"{DashboardSettings.Section}:{nameof(DashboardSettings.ClusterKey)}"] is { } file ? ReadKey(file) : null);
    }

    /// <summary>Connects, once.</summary>
    /// <exception cref="IOException">Nobody answers.</exception>
    public async Task<IGrainFactory> ConnectAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddConfiguration(_configuration);
        builder.Configuration.AddInMemoryCollection([new("Orleans:EnableDistributedTracing", "true")]);
        builder.UseOrleansClient(client =>
        {
            if (_configuration.GetConnectionString(Redis) is { } redis) client.UseRedisClustering(options => options.ConfigurationOptions = ConfigurationOptions.Parse(redis));
            _key?.Guard(client);
            client.Services.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            _host = host;
            return host.Services.GetRequiredService<IClusterClient>();
        }
        catch (Exception silent) when (silent is RedisException or OrleansException or ConnectionFailedException)
        {
            host.Dispose();
            throw new IOException(silent.Message, silent);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.StopAsync(CancellationToken.None);
        _host?.Dispose();
        _key?.Dispose();
    }

    private static ClusterKey ReadKey(string file)
    {
        try
        {
            return ClusterKey.FromPem(Encoding.ASCII.GetString(RegularFile.ReadAllBytes(file, MaxKeyBytes)));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException or ArgumentException)
        {
            throw new InvalidInputException(
                $"{DashboardSettings.Section}:{nameof(DashboardSettings.ClusterKey)} is '{PrintableText.Of(file)}', which cannot be used: {PrintableText.Of(unusable.Message, 300)}", unusable);
        }
    }
}
