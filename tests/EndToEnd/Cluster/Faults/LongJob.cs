namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>A job of twelve shards that goes on while silos come and go, and what a local run makes of it; that run is made once for all tests.</summary>
internal static class LongJob
{
    private const string Prompts = "a red circle\na blue square\na green star\na yellow ring\na pink heart\na cyan cross\n";
    private static readonly string[] Options = ["--steps", "30", "--batch", "2", "--shard-size", "2", "--images-per-prompt", "4", "--no-upsample"];
    private static readonly Lazy<Task<SortedDictionary<string, string>>> Local = new(RunAsync);

    /// <summary>Writes the prompt list and gives what <c>submit</c> needs.</summary>
    public static string[] Arguments(TemporaryFolder folder, string job) => [folder.Write("prompts.txt", Prompts), "--job-id", job, .. Options];

    /// <summary>Fails unless a job has every byte of the local run.</summary>
    /// <param name="job">Its folder.</param>
    public static async Task AssertSameBytesAsync(string job) => Assert.Equal(await Local.Value, ShardFiles.Hashes(job));

    private static async Task<SortedDictionary<string, string>> RunAsync()
    {
        using var folder = new TemporaryFolder();
        var run = await RunningProcess.AtelierAsync(["run", folder.Write("prompts.txt", Prompts), "--out", folder["local"], .. Options]);
        Assert.True(run.ExitCode == 0, run.Error);
        return ShardFiles.Hashes(folder["local"]);
    }
}
