using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Atelier.ServiceDefaults;

/// <summary>What a program says of itself, and to whom.</summary>
internal sealed record TelemetryOptions
{
    private const string Section = "Atelier";

    /// <summary>Where <c>/metrics</c>, <c>/health/live</c> and <c>/health/ready</c> are served; null for nowhere. Port 0 is any.</summary>
    public IPEndPoint? Door { get; init; }

    /// <summary>Whether traces, metrics and logs are sent by OTLP; the variables of OpenTelemetry say where to.</summary>
    public bool IsExported { get; init; }

    /// <summary>Reads <c>Atelier:MetricsPort</c> (default none), <c>Atelier:MetricsAddress</c> (default loopback) and <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    /// <exception cref="FormatException">A setting cannot be used; the message names it and what is allowed.</exception>
    public static TelemetryOptions Read(IConfiguration configuration)
    {
        var (port, address) = (configuration[$"{Section}:MetricsPort"], configuration[$"{Section}:MetricsAddress"]);
        if (!string.IsNullOrEmpty(port) && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed <= IPEndPoint.MaxPort))
            throw new FormatException($"configuration {Section}:MetricsPort is '{port}'; allowed: 0 to {IPEndPoint.MaxPort}");
        if (!IPAddress.TryParse(string.IsNullOrEmpty(address) ? "127.0.0.1" : address, out var ip))
            throw new FormatException($"configuration {Section}:MetricsAddress is '{address}'; allowed: an IP address, such as 127.0.0.1");
        return new TelemetryOptions
        {
            Door = string.IsNullOrEmpty(port) ? null : new IPEndPoint(ip, int.Parse(port, CultureInfo.InvariantCulture)),
            IsExported = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]),
        };
    }
}
