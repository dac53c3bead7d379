using Atelier.EndToEnd.Cluster;

namespace Atelier.EndToEnd.Packaging;

/// <summary>The command <c>cluster</c> of an <c>atelier</c> that was installed: it starts two further programs of its folder.</summary>
internal sealed class LocalCluster : IDisposable
{
    private readonly RunningProcess _process;

    private LocalCluster(RunningProcess process) => _process = process;

    /// <summary>Starts one of a silo and waits until that is up.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="program">How the command is started.</param>
    /// <param name="arguments">The same.</param>
    public static async Task<LocalCluster> StartAsync(string store, string program, params string[] arguments)
    {
        var cluster = new LocalCluster(RunningProcess.Start(program, [.. arguments, "cluster", "--silos", "1", "--store", store, "--port", $"{FreePort.Find()}"]));
        while (!cluster._process.Output.Contains(" up with ", StringComparison.Ordinal))
        {
            // A silo that cannot start is started again and again.
            var said = cluster._process.Output + cluster._process.Error;
            Assert.False(cluster._process.HasExited || said.Contains("starting it again", StringComparison.Ordinal), said);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        return cluster;
    }

    /// <summary>Ctrl-C, and the exit code it comes to.</summary>
    public async Task<int> StopAsync()
    {
        _process.Signal("INT");
        return await _process.ExitCodeAsync();
    }

    public void Dispose() => _process.Dispose();
}
