using Atelier.Abstractions;
using StackExchange.Redis;

namespace Atelier.Silo.Hosting;

/// <summary>Reads the connection strings of membership servers, and tries them.</summary>
public static class RedisConnection
{
    private const string Loading = "LOADING";

    /// <summary>The settings in a connection string.</summary>
    /// <param name="connection">The string.</param>
    /// <param name="setting">What it was given as, for messages.</param>
    /// <exception cref="InvalidInputException">It cannot be read; the message does not repeat it, as it may hold a password.</exception>
    public static ConfigurationOptions Parse(string connection, string setting)
    {
        // StackExchange.Redis would take all of a URL for a host, and repeat it with its password.
        if (connection.Contains("://", StringComparison.Ordinal))
            throw new InvalidInputException($"{setting} is a URL; allowed: host:port, then options of a Redis such as ,password=...");
        try
        {
            return ConfigurationOptions.Parse(connection);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            throw new InvalidInputException($"{setting} cannot be read; allowed: host:port, then options of a Redis such as ,password=...", unreadable);
        }
    }

    /// <summary>Connects once, and tries a script, by which Orleans writes the membership.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="setting">What they were given as, for messages.</param>
    /// <exception cref="InvalidInputException">The server refuses the password, or runs no scripts.</exception>
    /// <exception cref="IOException">The server cannot be reached at present.</exception>
    public static async Task TryAsync(ConfigurationOptions options, string setting)
    {
        // Whoever waits for a server calls again, so that a refusal need not be met several times.
        var once = options.Clone();
        once.ConnectRetry = 0;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(once);
            await connection.GetDatabase().ScriptEvaluateAsync("return 1");
        }
        catch (RedisConnectionException refused) when (refused.FailureType is ConnectionFailureType.AuthenticationFailure)
        {
            throw new InvalidInputException(
                $"{setting} has the wrong password, or none, for the Redis at {string.Join(", ", options.EndPoints)}; give it as host:port,password=... ({refused.Message})", refused);
        }
        catch (Exception unreachable) when (unreachable is RedisConnectionException or RedisTimeoutException || IsStarting(unreachable))
        {
            throw new IOException(unreachable.Message, unreachable);
        }
        catch (RedisException refused)
        {
            throw new InvalidInputException($"{setting} names a server that cannot keep the membership: {refused.Message}", refused);
        }
    }

    // A Redis that has much to read from its disk says so instead of answering.
    private static bool IsStarting(Exception answer) => answer is RedisServerException && answer.Message.StartsWith(Loading, StringComparison.Ordinal);
}
