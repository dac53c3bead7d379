using System.Diagnostics;
using System.Net.Sockets;

namespace Atelier.Chaos;

/// <summary>The servers that a cluster leans on: membership, and blobs where jobs live in them. Each keeps its data over a restart.</summary>
internal sealed class Servers : IDisposable
{
    // The emulator's published account.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly int _membershipPort = Checkout.FreePort();
    private readonly int _blobPort = Checkout.FreePort();

    public Servers(ChaosOptions options)
    {
        var data = Directory.CreateDirectory(Path.Combine(options.Folder, "membership")).FullName;
        Membership = new Victim("redis", Path.Combine(options.Folder, "redis.log"), () => new ProcessStartInfo(
            "redis-server", ["--port", $"{_membershipPort}", "--bind", "127.0.0.1", "--dir", data, "--appendonly", "yes", "--appendfsync", "always"]));
        if (!options.IsAzure)
        {
            Store = Path.Combine(options.Folder, "store");
            return;
        }
        var blobs = Directory.CreateDirectory(Path.Combine(options.Folder, "blobs")).FullName;
        var azurite = Path.Combine(Checkout.Root, "tests", "Dataset.Tests", "Azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");
        Blobs = new Victim("azurite", Path.Combine(options.Folder, "azurite.log"), () => new ProcessStartInfo(
            "node", [azurite, "--blobHost", "127.0.0.1", "--blobPort", $"{_blobPort}", "--location", blobs, "--skipApiVersionCheck", "--silent", "--disableTelemetry"]));
        Store = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{_blobPort}/{Account};ContainerName=jobs";
    }

    /// <summary>The membership server.</summary>
    public Victim Membership { get; }

    /// <summary>The blob server; null where jobs live in a folder.</summary>
    public Victim? Blobs { get; }

    /// <summary>Connection string of the membership server.</summary>
    public string Redis => $"127.0.0.1:{_membershipPort}";

    /// <summary>Setting of the store.</summary>
    public string Store { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Membership.Start();
        Blobs?.Start();
        await ListeningAsync(Membership, _membershipPort, cancellationToken);
        if (Blobs is not null) await ListeningAsync(Blobs, _blobPort, cancellationToken);
    }

    public void Dispose()
    {
        Membership.Dispose();
        Blobs?.Dispose();
    }

    private static async Task ListeningAsync(Victim server, int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                if (!server.IsAlive) throw new InvalidOperationException($"{server.Name} ended before it listened; its log says why");
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
