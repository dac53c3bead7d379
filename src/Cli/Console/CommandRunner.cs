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
    // Set to anything, a fault of the program is shown with the place where it happened.
    private const string StackTraceVariable = "ATELIER_STACKTRACE";

    // A screen: what is longer quotes an input.
    private const int MaxMessage = 4000;

    // A word that begins with '@' is that word, not a file of further words.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Parses and runs.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where messages go.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(Command root, IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        var parsed = root.Parse(args, Parsing);
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
            // Commands that stop in good order know that they were stopped, not by what.
            return parsed.Action is ParseErrorAction ? ExitCodes.InvalidInput : code == ExitCodes.Interrupted ? interruption.ExitCode : code;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
        catch (OperationCanceledException) when (StandardOutput.ReaderGone.IsCancellationRequested)
        {
            return ExitCodes.NoReader;
        }
        catch (Exception unusable) when (unusable is InvalidInputException or InvalidDataException)
        {
            await TellAsync(unusable.Message);
            return ExitCodes.InvalidInput;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or OrleansException or TimeoutException)
        {
            await TellAsync(trouble.Message);
            return ExitCodes.Failed;
        }
        catch (OutOfMemoryException)
        {
            await TellAsync("There is not enough memory for this. Fewer workers, smaller batches (--batch), or a machine or container with more memory.");
            return ExitCodes.Failed;
        }
        catch (Exception fault) when (Environment.GetEnvironmentVariable(StackTraceVariable) is null)
        {
            await TellAsync($"A fault of atelier itself, please report it: {fault.GetType().Name}: {fault.Message} ({StackTraceVariable}=1 shows where)");
            return ExitCodes.Fault;
        }

        Task TellAsync(string message) => error.WriteLineAsync(PrintableText.Lines(message.Length <= MaxMessage ? message : $"{message[..MaxMessage]}..."));
    }
}
