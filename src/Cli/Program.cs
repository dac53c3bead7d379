using System.CommandLine;
using Atelier.Cli;
using Atelier.Cli.Access;
using Atelier.Cli.Cluster;
using Atelier.Cli.Dashboards;
using Atelier.Cli.Evaluate;
using Atelier.Cli.Jobs;
using Atelier.Cli.Models;
using Atelier.Cli.Run;
using Atelier.Cli.Train;
using Atelier.Diffusion.Devices;
using Atelier.Input;
using Spectre.Console;

// Before anything is loaded that would have no descriptor left.
if (Descriptors.Problem is { } few)
{
    await Console.Error.WriteLineAsync(few);
    return ExitCodes.InvalidInput;
}
return await RunAsync(args);

static async Task<int> RunAsync(string[] args)
{
    NativeRuntime.Configure();
    StandardOutput.Take();
    var console = AnsiConsole.Console;
    console.Pipeline.Attach(new PrintableOutput());
    var root = new RootCommand("Atelier turns a list of prompts into an image dataset with guided diffusion.")
    {
        RunCommand.Create(console),
        TrainCommand.Create(console),
        EvaluateCommand.Create(console),
        ModelsCommand.Create(console),
        AccessCommand.Create(console),
        SubmitCommand.Create(console),
        DeleteCommand.Create(console),
        ClusterCommand.Create(console),
        DashboardCommand.Create(console),
        MembershipCommand.Create(),
    };
    foreach (var command in ClusterCommands.Create(console).Concat(StoreCommands.Create(console))) root.Add(command);
    return await CommandRunner.RunAsync(root, args, Console.Out, Console.Error);
}
