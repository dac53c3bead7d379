using System.Net;
using System.Net.Sockets;

namespace Atelier.Silo.Hosting;

/// <summary>Finds ports of the loopback interface that nobody listens on.</summary>
public static class FreePorts
{
    /// <summary>Different ports that were free when asked.</summary>
    /// <param name="count">How many.</param>
    public static int[] Find(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners) listener.Start();
            return Array.ConvertAll(listeners, listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }
}
