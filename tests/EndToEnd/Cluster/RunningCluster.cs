using System.Text.Json;

namespace Atelier.EndToEnd.Cluster;

/// <summary><c>atelier cluster</c> on a free port, with a store of its own.</summary>
internal sealed class RunningCluster : IDisposable
{
    private readonly RunningProcess _process;
    private readonly int _port;

    private RunningCluster(RunningProcess process, int port) => (_process, _port) = (process, port);

    /// <summary>Connection string of the membership server.</summary>
    public string Redis => $"127.0.0.1:{_port}";

    /// <summary>Where a program of the cluster's user finds the password of the membership server.</summary>
    public string PasswordFile => Path.Combine(Secrets, "password");

    /// <summary>Where it finds the key of silos and clients.</summary>
    public string KeyFile => Path.Combine(Secrets, "key.pem");

    public string Output => _process.Output + _process.Error;

    private string Secrets => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "atelier", "clusters", $"{_port}");

    public static async Task<RunningCluster> StartAsync(string store, int silos = 2, params string[] arguments)
    {
        var port = FreePort.Find();
        string[] models = arguments.Contains("--models") ? [] : ["--models", Path.Combine(Repository.Root, "models")];
        var cluster = new RunningCluster(RunningProcess.Atelier(["cluster", "--silos", $"{silos}", "--store", store, "--port", $"{port}", .. models, .. arguments]), port);
        while (!cluster.Output.Contains(" up with ", StringComparison.Ordinal))
        {
            Assert.False(cluster._process.HasExited, cluster.Output);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        return cluster;
    }

    /// <summary>Runs a command against the cluster to its end.</summary>
    public Task<(int ExitCode, string Output, string Error)> AtelierAsync(params string[] arguments) =>
        RunningProcess.AtelierAsync([.. arguments, "--cluster", Redis]);

    /// <summary>A job's status, as scripts read it.</summary>
    public async Task<JsonElement> StatusAsync(string job)
    {
        var status = await AtelierAsync("status", job, "--json");
        Assert.True(status.ExitCode == 0, status.Error);
        return JsonElement.Parse(status.Output);
    }

    /// <summary>Process ids of the silos.</summary>
    public async Task<string[]> SilosAsync() =>
        (await RunningProcess.RunAsync("pgrep", "-P", $"{_process.Id}", "-f", "Atelier.Silo.dll")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ctrl-C, and the exit code it comes to.</summary>
    public async Task<int> StopAsync()
    {
        _process.Signal("INT");
        return await _process.ExitCodeAsync();
    }

    public void Dispose() => _process.Dispose();
}
