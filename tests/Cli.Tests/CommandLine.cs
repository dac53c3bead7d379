using System.CommandLine;
using Atelier.Cli.Access;
using Atelier.Cli.Cluster;
using Atelier.Cli.Evaluate;
using Atelier.Cli.Jobs;
using Atelier.Cli.Models;
using Atelier.Cli.Run;
using Atelier.Cli.Train;
using Spectre.Console;

namespace Atelier.Cli.Tests;

/// <summary>The command line inside the test's process, its output redirected.</summary>
internal static class CommandLine
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = CreateConsole(output);
        var root = new RootCommand
        {
            RunCommand.Create(console), ClusterCommand.Create(console), TrainCommand.Create(console), EvaluateCommand.Create(console), ModelsCommand.Create(console),
            DeleteCommand.Create(console), AccessCommand.Create(console),
        };
        foreach (var command in StoreCommands.Create(console)) root.Add(command);
        var code = await CommandRunner.RunAsync(root, arguments, output, error);
        return (code, output.ToString(), error.ToString().Trim());
    }

    public static IAnsiConsole CreateConsole(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(output),
    });
}
