using Atelier.Abstractions;
using StackExchange.Redis;

namespace Atelier.Silo.Hosting;

/// <summary>Reads the connection strings of membership servers.</summary>
public static class RedisConnection
{
    /// <summary>The settings in a connection string.</summary>
    /// <param name="connection">The string.</param>
    /// <param name="setting">What it was given as, for messages.</param>
    /// <exception cref="InvalidInputException">It cannot be read; the message does not repeat it, as it may hold a password.</exception>
    public static ConfigurationOptions Parse(string connection, string setting)
    {
        try
        {
            return ConfigurationOptions.Parse(connection);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            throw new InvalidInputException($"{setting} cannot be read; allowed: host:port, then options of a Redis such as ,password=...", unreadable);
        }
    }
}
