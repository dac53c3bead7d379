using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Cli.Cluster;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Verification;
using Atelier.Diffusion.Noise;
using Atelier.Input;
using Spectre.Console;

namespace Atelier.Cli.Jobs;

/// <summary>The commands that read a job's files from its store, past any silo: <c>download</c> and <c>verify</c>.</summary>
internal static class StoreCommands
{
    /// <summary>The variable of the environment that says where jobs live.</summary>
    public const string Variable = "ATELIER_STORE";

    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<bool> Json = JobOptions.Json();
    private static readonly Argument<string> Job = new("job") { Description = "Name of a job, or the path of a job's folder." };

    /// <summary>The option that says where jobs live.</summary>
    public static Option<string?> Store { get; } = new("--store")
    {
        Description = $"Where jobs live: a folder, or a container of an Azure storage account; also ${Variable}. Default: where the cluster says.",
        DefaultValueFactory = _ => Options.FromEnvironment(Variable),
    };

    private static readonly Option<string> Output = new("--out") { Description = "Folder to download into; a download that was stopped goes on there.", Required = true };

    /// <summary>The commands.</summary>
    /// <param name="console">Where to report.</param>
    public static IEnumerable<Command> Create(IAnsiConsole console)
    {
        var download = new Command("download", "Copy the finished shards of a job, which may be running, into a folder.") { Job, Output, Store, ClusterAt, Json };
        download.SetAction((result, cancellationToken) => DownloadAsync(result, console, cancellationToken));
        var verify = new Command("verify", "Read every file of a job and compare it with all others; only a signature can tell a job that was rewritten so that everything agrees.") { Job, Store, ClusterAt, Json };
        verify.SetAction((result, cancellationToken) => VerifyAsync(result, console, cancellationToken));
        return [download, verify];
    }

    private static async Task<int> DownloadAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var (store, job) = await OpenAsync(result, cancellationToken);
        var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetValue(Output)!));
        if (Path.GetDirectoryName(output) is null) throw new InvalidInputException($"--out {output} is the root of a file system; give a folder of its own");
        using var hold = FolderLock.Take(output);
        await DirectoryStore.ProbeAsync(output, cancellationToken);
        var (shards, bytes) = (0, 0L);
        await foreach (var (_, copied) in JobDownload.CopyAsync(store, job, DirectoryStore.OfJob(output, out var copy), copy, cancellationToken))
        {
            shards++;
            bytes += copied;
        }
        var plan = (await JobFiles.ReadPlanAsync(store, job, cancellationToken))!;
        if (result.GetValue(Json))
            ProgressDisplay.Print(console, JobReport.ToJson(new { Job = job, Shards = shards, OfShards = plan.Shards, BytesCopied = bytes, Folder = output }));
        else
            ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture, $"{shards:N0} of {plan.Shards:N0} shards are in {output}; {bytes:N0} bytes were copied."));
        return ExitCodes.Success;
    }

    private static async Task<int> VerifyAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var (store, job) = await OpenAsync(result, cancellationToken);
        var (json, problems, looked, committed) = (result.GetValue(Json), 0, 0, 0);
        await foreach (var problem in JobVerification.VerifyAsync(store, job, SampleSeed.Of, (shards, of) => (looked, committed) = (shards, of), cancellationToken))
        {
            problems++;
            ProgressDisplay.Print(console, json ? JobReport.ToJson(problem) : $"{PrintableText.Of(problem.Path, PrintableText.PathLength)} {PrintableText.Of(problem.What, PrintableText.PathLength)}");
        }
        if (json)
            ProgressDisplay.Print(console, JobReport.ToJson(new { Job = job, Shards = looked, Committed = committed, Problems = problems }));
        else
            ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture, $"{committed:N0} of {looked:N0} shards are committed; {(problems == 0 ? "every file is as the others say" : $"{problems:N0} {(problems == 1 ? "thing is" : "things are")} wrong")}."));
        return problems == 0 ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static async Task<(IStore Store, string Job)> OpenAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var name = result.GetValue(Job)!;
        if (File.Exists(Path.Combine(name, "job.json")))
        {
            return (DirectoryStore.OfJob(name, out var folder), folder);
        }
        if (JobOptions.ProblemWithName(name) is { } problem) throw new InvalidInputException(problem);
        var location = await LocationAsync(
            result, () => ClusterCommands.WithClientAsync(result.GetValue(ClusterAt)!, client => client.GetStoreAsync(cancellationToken), cancellationToken));
        return (await location.OpenForReadingAsync(cancellationToken), name);
    }

    /// <summary>Where jobs live: what the user says is taken, what the cluster says is looked at first.</summary>
    /// <param name="result">A command line that may have <see cref="Store"/>.</param>
    /// <param name="askCluster">Asks the cluster, which is done only if need be.</param>
    public static async Task<StoreLocation> LocationAsync(ParseResult result, Func<Task<string>> askCluster) =>
        result.GetValue(Store) is { } named ? StoreLocation.Parse(named) : StoreLocation.ParseForeign(await askCluster());
}
