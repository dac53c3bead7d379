using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Cli.Cluster;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Stores;
using Spectre.Console;

namespace Atelier.Cli.Jobs;

/// <summary><c>atelier delete</c>: removes a job and all its files, through the cluster that has it, or from a folder or store that no cluster works on.</summary>
internal static class DeleteCommand
{
    private static readonly Argument<string> Job = new("job") { Description = "Name of a job, or the path of a job's folder." };
    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask." };

    private static readonly Option<string?> Store = new("--store")
    {
        Description = "Delete from this folder or container, past any cluster; only a job that is finished or cancelled.",
    };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("delete", "Remove a job that is not running, and all its files, for good.") { Job, Yes, ClusterAt, Store };
        command.SetAction((result, cancellationToken) => DeleteAsync(result, console, cancellationToken));
        return command;
    }

    private static async Task<int> DeleteAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var name = result.GetValue(Job)!;
        if (File.Exists(Path.Combine(name, "job.json")))
        {
            var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
            if (Path.GetDirectoryName(folder) is null) throw new InvalidInputException($"{folder} is the root of a file system");
            Confirm(folder, Path.GetFileName(folder), result.GetValue(Yes), console);
            // A run holds its folder; silos do not, so that of theirs the files must say that nobody works on it.
            var isOfRun = FolderLock.Exists(folder);
            using var hold = FolderLock.Take(folder, "the job's folder");
            return await DeleteAsync(DirectoryStore.OfJob(folder, out var job), job, mustBeFinal: !isOfRun, console, cancellationToken);
        }
        if (JobOptions.ProblemWithName(name) is { } problem) throw new InvalidInputException(problem);
        if (result.GetValue(Store) is { } setting)
        {
            var store = await StoreLocation.Parse(setting).OpenForReadingAsync(cancellationToken);
            if (await store.ReadAsync(JobPaths.Record(name), cancellationToken) is null)
                throw new InvalidInputException($"there is no job '{name}' in this store: it has no '{JobPaths.Record(name)}'");
            Confirm($"{name} in {store}", name, result.GetValue(Yes), console);
            return await DeleteAsync(store, name, mustBeFinal: true, console, cancellationToken);
        }
        return await ClusterCommands.WithClientAsync(result.GetValue(ClusterAt)!, async client =>
        {
            await ClusterCommands.RequireAsync(client, name, cancellationToken);
            Confirm(name, name, result.GetValue(Yes), console);
            await client.DeleteAsync(name, cancellationToken: cancellationToken);
            ProgressDisplay.Print(console, $"Job {name} is deleted.");
            return ExitCodes.Success;
        }, cancellationToken);
    }

    private static async Task<int> DeleteAsync(IStore store, string job, bool mustBeFinal, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (mustBeFinal) await JobDeletion.CheckIsFinalAsync(store, job, cancellationToken);
        var (removed, foreign) = await JobDeletion.DeleteAsync(store, job, cancellationToken);
        ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture,
            $"Job {job} is deleted, {removed:N0} files{(foreign == 0 ? "" : $"; {foreign:N0} that are not the job's are left")}."));
        return ExitCodes.Success;
    }

    private static void Confirm(string what, string name, bool isSure, IAnsiConsole console)
    {
        if (isSure) return;
        if (!console.Profile.Out.IsTerminal || Console.IsInputRedirected) throw new InvalidInputException($"deleting {what} cannot be undone; give --yes if that is meant");
        console.Profile.Out.Writer.Write($"This removes {what} and all its files, for good. Type {name} to go on: ");
        console.Profile.Out.Writer.Flush();
        if (Console.ReadLine()?.Trim() != name) throw new InvalidInputException($"{what} is left as it is");
    }
}
