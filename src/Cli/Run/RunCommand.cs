using System.CommandLine;
using Atelier.Cli.Jobs;
using Spectre.Console;

namespace Atelier.Cli.Run;

/// <summary><c>atelier run</c>: a prompt list into an image dataset on this machine.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Output = new("--out") { Description = "Job folder to create or resume.", Required = true };
    private static readonly Option<int> Workers = Options.Number(
        "--workers", Environment.ProcessorCount, 1, 256, "Workers, of one thread each. Their number does not change the images.");
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Write the log to standard error." };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("run", "Draw every prompt of a list into an image dataset on this machine.") { Output };
        JobRequestOptions.AddTo(command);
        command.Add(Workers);
        command.Add(Verbose);
        command.SetAction(async (result, cancellationToken) =>
        {
            var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetValue(Output)!));
            var request = await JobRequestOptions.CheckAsync(result, cancellationToken);
            return await DatasetRun.ExecuteAsync(new RunSettings(request, output, result.GetValue(Workers), result.GetValue(Verbose)), console, cancellationToken);
        });
        return command;
    }
}
