using System.Net;
using System.Net.Sockets;

namespace Atelier.EndToEnd.Cluster;

/// <summary>Ports of loopback.</summary>
internal static class FreePort
{
    /// <summary>One that was free when asked.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether a port is free.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until somebody listens on a port.</summary>
    public static async Task ListenedAsync(int port, RunningProcess server)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                Assert.False(server.HasExited, $"the server ended before it listened: {server.Output}{server.Error}");
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }
}
