using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Cli.Cluster;
using Atelier.Cli.Jobs;
using Atelier.Dataset.Stores;
using Spectre.Console;

namespace Atelier.Cli.Dashboards;

/// <summary><c>atelier dashboard</c>: web pages and REST API beside a running cluster, or for a store alone.</summary>
internal static class DashboardCommand
{
    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<string?> Store = new("--store")
    {
        Description = $"Show this folder or container and no cluster: a store of jobs, or the folder that `atelier run` has made; also ${StoreCommands.Variable}. Default: the cluster's.",
        DefaultValueFactory = _ => Options.FromEnvironment(StoreCommands.Variable),
    };

    private static readonly Option<string> Models = new("--models") { Description = "Folder of the model folders that jobs may name.", DefaultValueFactory = _ => "models" };
    private static readonly Option<int?> Port = LocalDashboard.PortOption();

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("dashboard", "Show jobs in a browser until Ctrl-C, those of a running cluster or those of a store.") { Store, ClusterAt, Models, Port };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(Store) is { } store) return await ShowStoreAsync(store, result.GetValue(Port), console, cancellationToken);
            await using var connection = await ClusterConnection.OpenAsync(result.GetValue(ClusterAt)!, cancellationToken);
            var location = StoreLocation.ParseForeign(await connection.Client.GetStoreAsync(cancellationToken));
            await using var dashboard = await LocalDashboard.StartAsync(
                location.OpenUntried(), _ => Task.FromResult(connection.Grains), result.GetValue(Port), LocalDashboard.ModelsIn(result.GetValue(Models)!), cancellationToken);
            return await ShowAsync(console, $"{dashboard.Address}", cancellationToken);
        });
        return command;
    }

    private static async Task<int> ShowStoreAsync(string setting, int? port, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var isJob = Directory.Exists(setting) && File.Exists(Path.Combine(setting, "job.json"));
        if (!isJob && !setting.Contains("://", StringComparison.Ordinal) && !Directory.Exists(setting))
            throw new InvalidInputException($"--store {Atelier.Input.PrintableText.Of(setting)} does not exist; give a store of jobs, or the folder of one");
        var job = "";
        var store = isJob ? DirectoryStore.OfJob(Path.TrimEndingDirectorySeparator(Path.GetFullPath(setting)), out job) : StoreLocation.Parse(setting).OpenUntried();
        await using var dashboard = await LocalDashboard.StartAsync(store, connect: null, port, [], cancellationToken);
        return await ShowAsync(console, isJob ? $"{dashboard.Address}jobs/{job}" : $"{dashboard.Address}", cancellationToken);
    }

    private static async Task<int> ShowAsync(IAnsiConsole console, string address, CancellationToken cancellationToken)
    {
        ProgressDisplay.Print(console, $"dashboard   {address}");
        ProgressDisplay.Print(console, "Ctrl-C stops it.");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Success;
    }
}
