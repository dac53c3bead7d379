using System.Net;
using System.Net.Sockets;

namespace Atelier.Chaos;

/// <summary>Paths in the checkout that this program was built from, and ports of this machine.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>Folder of the built command and silo, in this program's configuration.</summary>
    public static string Binaries { get; } =
        Path.Combine(Root, "artifacts", "bin", "Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("no Cluster.sln above this program");
        return folder.FullName;
    }
}
