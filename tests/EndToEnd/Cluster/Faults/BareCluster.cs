using System.Text.Json;
using System.Text.RegularExpressions;

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>Silos on a Redis, each a process with settings of its own, and nobody who starts one again.</summary>
internal sealed class BareCluster(string redis, string store) : IDisposable
{
    /// <summary>More than anything here takes on a machine with much else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<RunningProcess> _silos = [];

    /// <summary>What all silos have printed, and which of them have ended.</summary>
    public string Output => string.Join('\n', _silos.Select((silo, i) => $"silo {i}, {(silo.HasExited ? "ended" : "running")}:\n{silo.Output}{silo.Error}"));

    /// <summary>Starts a silo with one worker.</summary>
    /// <param name="settings">Further variables of its environment, such as <c>Atelier__Workers=0</c>.</param>
    public RunningProcess StartSilo(params string[] settings) => StartSiloOf(Path.GetDirectoryName(Repository.Cli)!, settings);

    /// <summary>The same of another build.</summary>
    /// <param name="build">Its folder.</param>
    /// <param name="settings">Further variables of its environment.</param>
    public RunningProcess StartSiloOf(string build, params string[] settings)
    {
        // Writing code through a second mapping would count as writing files, where their size is limited.
        var silo = RunningProcess.Start("bash",
        [
            "-c", "trap '' XFSZ; exec env \"$@\"", "-", $"ConnectionStrings__redis={redis}", $"Atelier__Store={store}", $"Atelier__Models={Path.Combine(Repository.Root, "models")}",
            "Atelier__Workers=1", "Atelier__StopOnInputEnd=true", "Logging__LogLevel__Orleans=Error", "DOTNET_EnableWriteXorExecute=0", .. settings,
            "dotnet", Path.Combine(build, "Atelier.Silo.dll"),
        ]);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Runs a command against the cluster to its end.</summary>
    public Task<(int ExitCode, string Output, string Error)> AtelierAsync(params string[] arguments) => RunningProcess.AtelierAsync([.. arguments, "--cluster", redis]);

    /// <summary>Submits a job, again while silos are still starting.</summary>
    public async Task SubmitAsync(params string[] arguments)
    {
        var (code, error) = (1, "");
        await UntilAsync(async () =>
        {
            (code, _, error) = await AtelierAsync(["submit", .. arguments]);
            return code != 1;
        }, () => error);
        Assert.True(code == 0, error);
    }

    /// <summary>Asks for a job's status until it is so.</summary>
    public async Task<JsonElement> StatusAsync(string job, Func<JsonElement, bool> isSo)
    {
        JsonElement? status = null;
        var last = "";
        await UntilAsync(async () =>
        {
            var (code, output, error) = await AtelierAsync("status", job, "--json");
            last = output + error;
            status = code == 0 ? JsonElement.Parse(output) : null;
            return status is { } read && isSo(read);
        }, () => last);
        return status!.Value;
    }

    /// <summary>Asks for a job's status until its message matches a pattern.</summary>
    public Task<JsonElement> SaysAsync(string job, string pattern) => StatusAsync(job, status => status.GetProperty("message").GetString() is { } message && Regex.IsMatch(message, pattern));

    /// <summary>Waits until a silo has printed a text.</summary>
    public Task PrintedAsync(RunningProcess silo, string text) => UntilAsync(() => Task.FromResult(silo.Output.Contains(text, StringComparison.Ordinal)), () => $"waiting for '{text}'");

    /// <summary>Waits, failing with what silos have printed when it takes too long.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, Func<string> last)
    {
        for (var end = DateTime.UtcNow + Patience; !await isSo();)
        {
            Assert.True(DateTime.UtcNow < end, $"{last()}\n{Output}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (var silo in _silos) silo.Dispose();
    }
}
