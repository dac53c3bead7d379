namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>A server that a cluster leans on, which can be stopped and started again on its port.</summary>
internal sealed class Server(int port, Func<int, RunningProcess> start) : IDisposable
{
    // The emulator's published account.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private RunningProcess? _process;

    public int Port => port;

    /// <summary>A Redis that keeps nothing on disk: whenever it is started it is empty.</summary>
    public static Server Redis(string password = "") => new(FreePort.Find(), port =>
        RunningProcess.Start("redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", password));

    /// <summary>The emulator of Azure blob storage, which keeps its blobs in a folder while it is stopped by SIGTERM.</summary>
    public static Server Azurite(string folder) => new(FreePort.Find(), port =>
    {
        var packages = Path.Combine(Repository.Root, "tests", "Dataset.Tests", "Azurite");
        var program = Path.Combine(packages, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(program)) Assert.Fail($"Azurite is not installed: run test.sh, or npm ci --prefix {packages}");
        return RunningProcess.Start("node", program, "--blobHost", "127.0.0.1", "--blobPort", $"{port}", "--location", folder,
            "--skipApiVersionCheck", "--silent", "--disableTelemetry");
    });

    /// <summary>The setting of a store in an Azurite.</summary>
    public static string Store(int port, string key = Key) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint=http://127.0.0.1:{port}/{Account};ContainerName=jobs";

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task<Server> StartAsync()
    {
        _process = start(port);
        await FreePort.ListenedAsync(port, _process);
        return this;
    }

    /// <summary>Stops it by SIGTERM.</summary>
    public async Task StopAsync()
    {
        _process!.Signal("TERM");
        await _process.ExitCodeAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose() => _process?.Dispose();
}
