using System.Net;
using Atelier.Abstractions;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;

namespace Atelier.Silo.Hosting;

/// <summary>Where a silo listens: loopback and free ports, unless the configuration says otherwise and is allowed to.</summary>
internal static class SiloEndpoints
{
    private const string Section = "Orleans:Endpoints";
    private const string Allowance = $"{SiloOptions.Section}:{nameof(SiloOptions.AllowInsecureNetwork)}";

    /// <summary>Fills in what <c>Orleans:Endpoints</c> leaves open, and makes the silo listen on the address it advertises only.</summary>
    public static void Complete(EndpointOptions options, IConfiguration configuration)
    {
        if (configuration[$"{Section}:{nameof(EndpointOptions.AdvertisedIPAddress)}"] is null) options.AdvertisedIPAddress = IPAddress.Loopback;
        var free = FreePorts.Find(2);
        if (configuration[$"{Section}:{nameof(EndpointOptions.SiloPort)}"] is null) options.SiloPort = free[0];
        if (configuration[$"{Section}:{nameof(EndpointOptions.GatewayPort)}"] is null) options.GatewayPort = free[1];
        options.SiloListeningEndpoint ??= new IPEndPoint(options.AdvertisedIPAddress, options.SiloPort);
        options.GatewayListeningEndpoint ??= new IPEndPoint(options.AdvertisedIPAddress, options.GatewayPort);
    }

    /// <summary>Refuses ports that other machines can reach, unless that was asked for.</summary>
    /// <exception cref="InvalidInputException">It was not, or membership has no password; the message names the setting.</exception>
    public static void Check(EndpointOptions options, SiloOptions silo, string? redis)
    {
        IPAddress[] addresses = [options.AdvertisedIPAddress, options.SiloListeningEndpoint!.Address, options.GatewayListeningEndpoint!.Address];
        var open = addresses.FirstOrDefault(address => !IPAddress.IsLoopback(address));
        if (open is null) return;
        if (!silo.AllowInsecureNetwork && silo.ClusterKey is null)
        {
            throw new InvalidInputException($"{Section} makes the silo listen on {open}, where its ports carry no authentication; allowed: loopback addresses, "
                + $"{SiloOptions.Section}:{nameof(SiloOptions.ClusterKey)} with the PEM file of a key, or {Allowance}=true on a private network");
        }
        if (redis is null || !redis.Contains("password=", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidInputException($"{Section} makes the silo listen on {open}; allowed with a Redis that has a password only, "
                + "as in ConnectionStrings:redis=host:6379,password=...");
        }
    }
}
