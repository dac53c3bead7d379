using System.CommandLine;
using System.Net;
using Atelier.Abstractions;
using Atelier.Cli.Dashboards;
using Atelier.Cli.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Silo.Hosting;
using Spectre.Console;

namespace Atelier.Cli.Cluster;

/// <summary><c>atelier cluster</c>: a cluster of several silo processes on this machine, nothing else installed.</summary>
internal static class ClusterCommand
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    private static readonly Option<int> Silos = Options.Number("--silos", 3, 1, 64, "Silo processes.");
    private static readonly Option<int> Workers = Options.Number("--workers", 1, 0, 256, "Workers of each silo on the CPU, of one thread each.");
    private static readonly Option<string> Devices = WorkerDeviceOptions.Devices();
    private static readonly Option<string> Precision = WorkerDeviceOptions.Precision();
    private static readonly Option<int> ModelsInMemory = Options.Number(
        "--models-in-memory", 2, 1, 1000, "Models that stay in the memory of each device of a silo; the least recently used that no worker draws with give way.");

    private static readonly Option<int> Port = MembershipCommand.PortOption();
    private static readonly Option<string> Store = new("--store")
    {
        Description = "Where jobs live: a folder, or a container of an Azure storage account.",
        DefaultValueFactory = _ => Options.FromEnvironment(StoreCommands.Variable) ?? Path.Combine("out", "jobs"),
    };

    private static readonly Option<string> Models = new("--models") { Description = "Folder of the model folders.", DefaultValueFactory = _ => "models" };
    private static readonly Option<int?> DashboardPort = LocalDashboard.PortOption();
    private static readonly Option<int?> MetricsPort = Options.OptionalNumber(
        "--metrics-port", 1, 65535, "Port on loopback of the first silo's metrics and health; each further silo takes the next one. [default: none]");

    private static readonly Option<bool> NoDashboard = new("--no-dashboard") { Description = "Serve no web pages and no REST API." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show all that silos log, not only warnings." };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("cluster", "Run several silos on this machine until Ctrl-C.") { Silos, Workers, Devices, Precision, ModelsInMemory, Port, Store, Models, DashboardPort, NoDashboard, MetricsPort, Verbose };
        command.SetAction((result, cancellationToken) => RunAsync(result, console, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var (count, port) = (result.GetValue(Silos), result.GetValue(Port));
        var workers = new WorkerOptions
        {
            Count = result.GetValue(Workers),
            Models = new Dictionary<string, string>(),
            Devices = result.GetValue(Devices)!,
            Precision = result.GetValue(Precision)!,
        };
        if (result.GetValue(MetricsPort) is { } metrics && metrics + count - 1 > IPEndPoint.MaxPort)
            throw new InvalidInputException($"--metrics-port is '{metrics}'; allowed: 1 to {IPEndPoint.MaxPort - count + 1}, for {count} silos");
        // Silos would refuse it too, each for itself.
        var devices = workers.Check();
        var location = StoreLocation.Parse(result.GetValue(Store)!);
        MembershipCommand.Check(port);
        var store = await location.OpenAsync(cancellationToken);

        var gate = new Lock();
        void Report(string line) { lock (gate) ProgressDisplay.Print(console, line); }
        var data = Directory.CreateTempSubdirectory("atelier-membership-");
        var local = LocalCluster.Create(port);
        try
        {
            string[] arguments = ["membership", "--port", $"{port}", "--data", data.FullName, "--stop-on-input-end"];
            await using var connection = new LateConnection($"127.0.0.1:{port}");
            await using var dashboard = result.GetValue(NoDashboard) ? null : await LocalDashboard.StartAsync(
                store, connection.OpenAsync, result.GetValue(DashboardPort), LocalDashboard.ModelsIn(result.GetValue(Models)!), cancellationToken);
            await using var membership = new ChildProcess("membership", "atelier.dll", arguments, () => new Dictionary<string, string> { [MembershipCommand.PasswordVariable] = local.Password }, Report, hideOutput: true);
            var ended = new List<Task<int>> { membership.RunAsync() };
            var silos = Enumerable.Range(1, count).Select(number =>
            {
                var ports = new SiloPorts(TimeProvider.System);
                return new ChildProcess($"silo {number}", "Atelier.Silo.dll", [], () => SiloEnvironment(result, number, local, port, ports.Next()), Report);
            }).ToList();
            try
            {
                ended.AddRange(silos.Select(silo => silo.RunAsync()));
                Report($"membership  127.0.0.1:{port}");
                Report($"store       {location}");
                if (dashboard is not null) Report($"dashboard   {dashboard.Address}");
                var isUp = UpAsync(port, count, cancellationToken);
                if (await Task.WhenAny([isUp, .. ended]) == isUp)
                {
                    await isUp;
                    Report($"{count} {(count == 1 ? "silo is" : "silos are")} up with {count * devices.Count} workers. From another terminal:");
                    Report($"  atelier submit examples/prompts.txt --job-id first{(port == MembershipCommand.DefaultPort ? "" : $" --cluster 127.0.0.1:{port}")}");
                    Report("Ctrl-C drains the workers and stops the cluster.");
                    await Task.WhenAny([.. ended, Task.Delay(Timeout.Infinite, cancellationToken)]);
                }
                if (ended.Find(task => task.IsCompleted) is { } failed) return await failed;
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Report("Draining: workers finish their batch.");
                await Task.WhenAll(silos.Select(silo => silo.StopAsync()));
                Report("Stopped. What is unfinished goes on when a cluster is started on the same store.");
                return ExitCodes.Success;
            }
            finally
            {
                foreach (var silo in silos) await silo.DisposeAsync();
            }
        }
        finally
        {
            data.Delete(recursive: true);
            LocalCluster.Remove(port);
        }
    }

    // Store and password go by the environment, which other users of the machine cannot read.
    private static Dictionary<string, string> SiloEnvironment(ParseResult result, int number, LocalCluster local, int port, (int Silo, int Gateway) ports) => new()
    {
        ["Orleans__Endpoints__SiloPort"] = $"{ports.Silo}",
        ["Orleans__Endpoints__GatewayPort"] = $"{ports.Gateway}",
        ["ConnectionStrings__redis"] = local.Membership(port),
        ["Atelier__ClusterKey"] = local.KeyFile,
        ["Atelier__Store"] = result.GetValue(Store)!,
        ["Atelier__Models"] = result.GetValue(Models)!,
        ["Atelier__Workers"] = $"{result.GetValue(Workers)}",
        ["Atelier__Devices"] = result.GetValue(Devices)!,
        ["Atelier__Precision"] = result.GetValue(Precision)!,
        ["Atelier__ModelsInMemory"] = $"{result.GetValue(ModelsInMemory)}",
        ["Atelier__MetricsPort"] = result.GetValue(MetricsPort) is { } metrics ? $"{metrics + number - 1}" : "",
        ["Atelier__StopOnInputEnd"] = "true",
        // Where the program is, not where the user is: an appsettings.json of any folder would decide what silos do.
        ["DOTNET_CONTENTROOT"] = AppContext.BaseDirectory,
        ["Logging__LogLevel__Default"] = result.GetValue(Verbose) ? "Information" : "Warning",
        ["Logging__LogLevel__Orleans"] = result.GetValue(Verbose) ? "Information" : "Error",
        ["Logging__Console__FormatterName"] = "simple",
        ["Logging__Console__FormatterOptions__SingleLine"] = "true",
    };

    private static async Task UpAsync(int port, int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await ClusterConnection.OpenAsync($"127.0.0.1:{port}", cancellationToken);
                while ((await connection.Grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken)).Count < count)
                    await Task.Delay(LookPause, cancellationToken);
                return;
            }
            catch (Exception starting) when (starting is IOException or OrleansException or TimeoutException)
            {
                await Task.Delay(LookPause, cancellationToken);
            }
        }
    }
}
