using System.CommandLine;
using Atelier.Cli;
using Atelier.Cli.Cluster;
using Atelier.Cli.Evaluate;
using Atelier.Cli.Jobs;
using Atelier.Cli.Models;
using Atelier.Cli.Run;
using Atelier.Cli.Train;
using Atelier.Diffusion.Devices;
using Spectre.Console;

NativeRuntime.Configure();

var console = AnsiConsole.Console;
var root = new RootCommand("Atelier turns a list of prompts into an image dataset with guided diffusion.")
{
    RunCommand.Create(console),
    TrainCommand.Create(console),
    EvaluateCommand.Create(console),
    ModelsCommand.Create(console),
    SubmitCommand.Create(console),
    DeleteCommand.Create(console),
    ClusterCommand.Create(console),
    MembershipCommand.Create(),
};
foreach (var command in ClusterCommands.Create(console).Concat(StoreCommands.Create(console))) root.Add(command);
return await CommandRunner.RunAsync(root, args, Console.Out, Console.Error);
