using System.Text.RegularExpressions;
using Atelier.Abstractions.Jobs;
using Atelier.EndToEnd.Cluster.Faults;

namespace Atelier.EndToEnd.Cluster;

[Collection(nameof(Alone))]
public sealed partial class ClientTests
{
    [Fact]
    public async Task Client_TheExamplesOfItsPage_DoWhatThePageSays()
    {
        using var folder = new TemporaryFolder();
        using var cluster = await RunningCluster.StartAsync(folder["store"]);
        var model = await RunningProcess.AtelierAsync("models", "show", Path.Combine(Repository.Root, "models", "shapes"));
        var digest = Digest().Match(model.Output).Groups[1].Value;

        var (rows, jobs, last) = await RunExamplesAsync(cluster, digest);

        Assert.Equal(12, rows);
        Assert.Equal(["night-shift"], jobs);
        Assert.Equal((JobStatus.Completed, 12L, 0L, "ada", JobPriority.High, 2), (last.Status, last.Finished, last.Failed, last.Submitter, last.Priority, last.Weight));
        Assert.Equal(0, (await cluster.AtelierAsync("verify", "night-shift")).ExitCode);
        Assert.Equal(0, await cluster.StopAsync());
    }

    [Fact]
    public void Client_EveryExampleOfItsPage_IsCodeThatIsCompiledAndRunHere()
    {
        var code = Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "EndToEnd", "Cluster", "ClientExamples.cs")));
        var examples = Example().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "client.md"))).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(7, examples.Count);
        Assert.All(examples.SelectMany(example => example.Split("\n\n")), example => Assert.Contains(Lines(example), code, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_MoreTextThanEitherSideMayHold_IsStagedAll()
    {
        const int Rows = 500_000;
        const string Little = "DOTNET_GCHeapHardLimit=0x4000000";
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["prompts.txt"], Enumerable.Range(0, Rows).Select(i => $"a small red circle, the {i:D6}th of many, to the left of a large blue square on a beige background"));
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var silo = cluster.StartSilo("Atelier__Workers=0", Little);
        await cluster.PrintedAsync(silo, "Application started");

        // 64 MiB of heap on both sides; the prompts alone take 90 MiB in memory.
        var submitted = await RunningProcess.RunAsync(
            "env", Little, "dotnet", Repository.Cli, "submit", folder["prompts.txt"], "--job-id", "many", "--no-upsample", "--cluster", $"127.0.0.1:{redis.Port}");

        Assert.True(submitted.ExitCode == 0, submitted.Error + cluster.Output);
        await cluster.StatusAsync("many", status => status.GetProperty("samples").GetInt32() == Rows);
        Assert.Equal(Rows / 1000, Directory.GetFiles(Path.Combine(folder["store"], "many", "prompts")).Length);
        Assert.False(silo.HasExited);
    }

    // The host in the examples logs as hosts do by default, which would fill the report of the tests. Processes that other tests start are to log.
    private static async Task<(long Rows, List<string> Jobs, JobProgress Last)> RunExamplesAsync(RunningCluster cluster, string digest)
    {
        const string Level = "Logging__LogLevel__Default";
        Environment.SetEnvironmentVariable(Level, "Warning");
        try
        {
            return await ClientExamples.RunAsync($"{cluster.Redis},password={File.ReadAllText(cluster.PasswordFile)}", cluster.KeyFile, digest, TestContext.Current.CancellationToken);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Level, null);
        }
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("digest: +([0-9a-f]{64})")]
    private static partial Regex Digest();
}
