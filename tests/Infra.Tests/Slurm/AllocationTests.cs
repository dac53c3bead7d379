using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Atelier.Infra.Tests.Slurm;

/// <summary>
/// The script of a cluster in an allocation. srun and dotnet are stood for by scripts of these tests, the Redis is real: what is looked at is who is started with
/// what, who is told to stop, and what is left behind.
/// </summary>
public sealed class AllocationTests : IDisposable
{
    private const int Tasks = 2;

    private static readonly string Script = Checkout.Infra("slurm", "atelier.sbatch");
    private static readonly string Stubs = $"{Checkout.Tests("Slurm", "Stubs", "Slurm")}:{Checkout.Tests("Slurm", "Stubs", "Programs")}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atelier-slurm-");

    private string State => Path.Combine(_folder.FullName, "state");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("infra/slurm/atelier.sbatch")]
    [InlineData("infra/containers/healthcheck")]
    [InlineData("tests/Infra.Tests/Slurm/Stubs/Slurm/scancel")]
    [InlineData("tests/Infra.Tests/Slurm/Stubs/Slurm/srun")]
    [InlineData("tests/Infra.Tests/Slurm/Stubs/Programs/dotnet")]
    [InlineData("tests/Infra.Tests/Slurm/one-node.sh")]
    [InlineData("tests/Infra.Tests/Slurm/scenario.sh")]
    public async Task Scripts_PassShellcheck(string script) => (await Tool.DebianAsync("shellcheck", "shellcheck", Path.Combine(Checkout.Root, script))).Succeeded();

    [Fact]
    public async Task Command_RunsBesideTheSilos_AndItsExitCodeIsTheAllocations()
    {
        using var allocation = Start("submit", "prompts.txt");
        var said = await allocation.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await allocation.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, allocation.ExitCode);
        Assert.Contains($"command submit prompts.txt in {_folder.FullName}: membership says PONG", said, StringComparison.Ordinal);
        Assert.Contains("drained node-0", said, StringComparison.Ordinal);
        Assert.Contains("drained node-1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_AreOneATask_WithPortsOfTheirOwn_AndStartAgainWhenTheyAskForIt()
    {
        using var allocation = Start();
        var silos = (await SilosAsync(allocation, Tasks + 1)).Select(line => line.Split(' ')[1..].Where(word => word.Contains('=', StringComparison.Ordinal)).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1])).ToList();
        var ports = silos.Select(silo => silo["ports"]).Distinct().SelectMany(ports => ports.Split(',')).ToList();
        Assert.Equal(3 * Tasks, ports.Count);
        Assert.Distinct(ports);
        Assert.All(silos, silo =>
        {
            Assert.Equal("1", silo["arguments"]); // the assembly: no secret is on a command line
            Assert.Equal("cuda:0", silo["devices"]);
            Assert.Equal("600", silo["key"]);
            Assert.Equal(Path.Combine(_folder.FullName, "out", "jobs"), silo["store"]);
        });
        await StopAsync(allocation);
    }

    [Fact]
    public async Task Signal_DrainsEverySilo_AndLeavesNoSecretAndNoServer()
    {
        using var allocation = Start();
        await SilosAsync(allocation, Tasks + 1);
        var address = (await File.ReadAllTextAsync(Path.Combine(State, "connection"), TestContext.Current.CancellationToken)).Split(',')[0];
        var said = await StopAsync(allocation);
        Assert.Equal(0, allocation.ExitCode);
        Assert.Contains("drained node-0", said, StringComparison.Ordinal);
        Assert.Contains("drained node-1", said, StringComparison.Ordinal);
        Assert.Equal(["membership.log"], Directory.GetFiles(State).Select(Path.GetFileName));
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await client.ConnectAsync(IPEndPoint.Parse(address), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Signal_EndsACommandThatStillRuns()
    {
        using var allocation = Start("watch", "first");
        while (await allocation.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.StartsWith("command ", StringComparison.Ordinal))
        {
        }
        await StopAsync(allocation);
        Assert.Equal(143, allocation.ExitCode);
    }

    private Process Start(params string[] command)
    {
        var start = new ProcessStartInfo("bash", [Script, .. command]) { RedirectStandardOutput = true, WorkingDirectory = _folder.FullName };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["PATH"] = $"{Stubs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["SLURM_SUBMIT_DIR"] = _folder.FullName,
            ["SLURM_JOB_ID"] = "7",
            ["SLURM_NTASKS"] = $"{Tasks}",
            ["ATELIER_STATE"] = State,
            ["ATELIER_PORT"] = $"{FreePort()}",
            ["STUB_CODE"] = "3",
        }) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<List<string>> SilosAsync(Process allocation, int count)
    {
        var silos = new List<string>();
        while (silos.Count < count && await allocation.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith("silo ", StringComparison.Ordinal)) silos.Add(line);
        Assert.Equal(count, silos.Count);
        return silos;
    }

    // As Slurm does before it takes the allocation away.
    private static async Task<string> StopAsync(Process allocation)
    {
        (await Tool.DebianAsync("procps", "kill", "-TERM", $"{allocation.Id}")).Succeeded();
        var rest = await allocation.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await allocation.WaitForExitAsync(TestContext.Current.CancellationToken);
        return rest;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
