using System.Diagnostics;
using Atelier.Dataset.Tests.Stores;
using Azure.Storage;
using Azure.Storage.Blobs;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace Atelier.Dataset.Tests.Stores;

/// <summary>
/// The emulator of Azure blob storage from npm, on a free port of loopback and in memory only. Started once, by the first test that asks.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    // The emulator's published account.
    public const string Account = "devstoreaccount1";
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Lazy<Task<string>> _url;
    private readonly string[] _arguments;
    private Process? _process;

    public Azurite()
        : this([])
    {
    }

    /// <summary>One more emulator, started with further arguments.</summary>
    internal Azurite(string[] arguments)
    {
        _arguments = arguments;
        _url = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);
    }

    /// <summary>Connection string of the emulator's account, or of another at its address.</summary>
    public async Task<string> ConnectionStringAsync(string account = Account, string key = Key)
    {
        var url = await _url.Value;
        return $"DefaultEndpointsProtocol={new Uri(url).Scheme};AccountName={account};AccountKey={key};BlobEndpoint={url}/{account};";
    }

    /// <summary>URL of a container.</summary>
    public async Task<Uri> UrlAsync(string container) => new($"{await _url.Value}/{Account}/{container}");

    /// <summary>A client of a new container.</summary>
    public async Task<BlobContainerClient> NewContainerAsync()
    {
        var container = new BlobContainerClient(await UrlAsync($"test-{Guid.NewGuid():N}"), new StorageSharedKeyCredential(Account, Key));
        await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return container;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> StartAsync()
    {
        var folder = FolderOfPackages();
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "azurite")))
            Assert.Fail($"Azurite, which these tests run against, is not installed: run test.sh, or npm ci --prefix {folder}");
        var start = new ProcessStartInfo(
            "node",
            [
                Path.Combine(folder, "start.js"), "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence",
                "--skipApiVersionCheck", "--silent", "--disableTelemetry", .. _arguments,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = Process.Start(start)!;
        const string Ready = "successfully listens on ";
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Ready, StringComparison.Ordinal) is >= 0 and var place)
            {
                // Should it say more, it must not wait for a reader.
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return line[(place + Ready.Length)..].Trim();
            }
        }
        throw new InvalidOperationException("Azurite ended before it listened; its error output says why.");
    }

    private static string FolderOfPackages()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("no Cluster.sln above the test assembly");
        return Path.Combine(folder.FullName, "tests", "Dataset.Tests", "Azurite");
    }
}
