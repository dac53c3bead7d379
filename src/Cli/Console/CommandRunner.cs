using System.CommandLine;
using System.CommandLine.Invocation;
using Atelier.Abstractions;
using Atelier.Input;

namespace Atelier.Cli;

/// <summary>
/// Runs the command that the arguments name. What the user can mend is told in one message without a stack trace.
/// </summary>
internal static class CommandRunner
{
    /// <summary>Parses and runs.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where messages go.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(Command root, IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction mistake) mistake.ShowHelp = false;
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, interruption.Token);
            return parsed.Action is ParseErrorAction ? ExitCodes.InvalidInput : code;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception unusable) when (unusable is InvalidInputException or InvalidDataException)
        {
            await error.WriteLineAsync(PrintableText.Lines(unusable.Message));
            return ExitCodes.InvalidInput;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or OrleansException or TimeoutException)
        {
            await error.WriteLineAsync(PrintableText.Lines(trouble.Message));
            return ExitCodes.Failed;
        }
    }
}
