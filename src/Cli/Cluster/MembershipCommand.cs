using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Atelier.Abstractions;
using Atelier.Silo.Hosting;
using Garnet;

namespace Atelier.Cli.Cluster;

/// <summary>
/// <c>atelier membership</c>: what silos of a local cluster find each other by, a server of the Redis protocol (Garnet) on loopback. It keeps its
/// data over a restart, so that a cluster outlives it. Its password is that of the environment variable <see cref="PasswordVariable"/>, or else of the
/// <see cref="LocalCluster"/> at its port, made if there is none.
/// </summary>
internal static class MembershipCommand
{
    /// <summary>The port where clusters are looked for.</summary>
    public const int DefaultPort = 7379;

    /// <summary>The environment variable that may give the password: whoever starts the server for others has to know it.</summary>
    public const string PasswordVariable = "ATELIER_MEMBERSHIP_PASSWORD";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private static readonly Option<int> Port = PortOption();
    private static readonly Option<string> Data = new("--data") { Description = "Folder of its log.", Required = true };
    private static readonly Option<bool> StopOnInputEnd = new("--stop-on-input-end")
    {
        Description = "Stop when standard input ends, and not at Ctrl-C, which silos need it to be there for.",
    };

    /// <summary>The option <c>--port</c> of this command and of <c>cluster</c>.</summary>
    public static Option<int> PortOption() => Options.Number("--port", DefaultPort, 1, 65535, "Port of the membership server, on loopback.");

    /// <summary>The command and its options.</summary>
    public static Command Create()
    {
        var command = new Command("membership", "Keep the membership of a local cluster, as a Redis server would.") { Port, Data, StopOnInputEnd };
        command.SetAction(async (result, cancellationToken) =>
        {
            Check(result.GetValue(Port));
            var password = Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given ? given : (LocalCluster.Find(result.GetValue(Port)) ?? LocalCluster.Create(result.GetValue(Port))).Password;
            using var server = Start(result.GetValue(Port), result.GetValue(Data)!, password);
            if (result.GetValue(StopOnInputEnd)) await UnneededAsync(result.GetValue(Port));
            else await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Refuses a port that is taken.</summary>
    /// <exception cref="InvalidInputException">It is.</exception>
    public static void Check(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException taken)
        {
            throw new InvalidInputException($"--port is '{port}': {taken.Message}; another cluster may be running there, give a port that is free", taken);
        }
    }

    // Orleans writes membership by Lua scripts. The default device needs a library that not every system has.
    private static GarnetServer Start(int port, string data, string password)
    {
        Directory.CreateDirectory(data);
        var server = new GarnetServer([
            "--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--aof", "--recover", "--checkpointdir", data, "--device-type", "RandomAccess",
            "--auth", "Password", "--password", password,
        ]);
        server.Start();
        return server;
    }

    // Silos that are stopping too need it to say so to each other.
    private static async Task UnneededAsync(int port)
    {
        await InputEnd.WaitAsync();
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end && IsConnected(port);) await Task.Delay(LookPause);
    }

    private static bool IsConnected(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Any(connection => connection.LocalEndPoint.Port == port && connection.State == TcpState.Established);
}
