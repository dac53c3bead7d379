using System.CommandLine;
using Atelier.Cli.Dashboards;
using Atelier.Cli.Jobs;
using Atelier.Silo.Hosting;
using Spectre.Console;

namespace Atelier.Cli.Run;

/// <summary><c>atelier run</c>: a prompt list into an image dataset on this machine.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Output = new("--out") { Description = "Job folder to create or resume.", Required = true };
    private static readonly Option<int> Workers = Options.Number(
        "--workers", Environment.ProcessorCount, 1, 256, "Workers on the CPU, of one thread each. Their number does not change the images.");
    private static readonly Option<string> Devices = WorkerDeviceOptions.Devices();
    private static readonly Option<string> Precision = WorkerDeviceOptions.Precision();
    private static readonly Option<bool> Dashboard = new("--dashboard") { Description = "Show the job in a browser while it is drawn." };
    private static readonly Option<int?> DashboardPort = LocalDashboard.PortOption();
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Write the log to standard error." };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("run", "Draw every prompt of a list into an image dataset on this machine.") { Output };
        JobRequestOptions.AddTo(command);
        command.Add(Workers);
        command.Add(Devices);
        command.Add(Precision);
        command.Add(Dashboard);
        command.Add(DashboardPort);
        command.Add(Verbose);
        command.SetAction(async (result, cancellationToken) =>
        {
            var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetValue(Output)!));
            using var request = await JobRequestOptions.CheckAsync(result, cancellationToken);
            var workers = new WorkerOptions
            {
                Count = result.GetValue(Workers),
                Models = new Dictionary<string, string> { [request.Spec.Model] = request.Model.Path },
                Devices = result.GetValue(Devices)!,
                Precision = result.GetValue(Precision)!,
            };
            // Who names a port wants it.
            var wanted = result.GetValue(Dashboard) || result.GetValue(DashboardPort) is not null ? new DashboardRequest(result.GetValue(DashboardPort)) : null;
            var settings = new RunSettings(request, output, workers, workers.Check(), wanted, result.GetValue(Verbose));
            return await DatasetRun.ExecuteAsync(settings, console, cancellationToken);
        });
        return command;
    }
}
