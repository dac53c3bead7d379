using System.Text;
using Atelier.Abstractions;
using Atelier.Input;

namespace Atelier.Cli.Train;

/// <summary>
/// Reads a table of a run. A killed process may have left half a line at its end, which is passed over; whatever else is not as it was written is
/// refused, since the file is about to be written anew.
/// </summary>
internal static class RunTable
{
    // Ten million steps and more.
    private const long MaxBytes = 1 << 30;
    private const int MaxLineLength = 1000;

    /// <summary>The rows up to a checkpoint, each with its line; none where there is no file. Those behind it will be made again, and are not looked at.</summary>
    /// <param name="path">The file.</param>
    /// <param name="checkpoint">The checkpoint's step.</param>
    /// <param name="header">Its first line.</param>
    /// <param name="parse">Reads a line; null for what cannot stand there.</param>
    /// <param name="stepOf">The step of a row.</param>
    /// <exception cref="InvalidInputException">It is not such a table; names file and line.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or longer than 1 GiB; names it.</exception>
    public static IEnumerable<(string Line, T Row)> Read<T>(string path, long checkpoint, string header, Func<string, T?> parse, Func<T, long> stepOf) where T : struct
    {
        if (checkpoint == 0 || !Path.Exists(path)) yield break;
        using var reader = new StreamReader(RegularFile.OpenRead(path, MaxBytes));
        for (var number = 1L; ReadLine(reader, out var isWhole) is { } line; number++)
        {
            if (number == 1 && line == header) continue;
            if (number > 1 && parse(line) is { } row)
            {
                if (stepOf(row) > checkpoint) yield break;
                yield return (line, row);
            }
            else if (isWhole)
            {
                throw Garbled(path, number, line, number == 1 ? header : $"numbers for {header}, with rising steps");
            }
        }
    }

    // Null at the end of the file. What is too long to be a line is not read on.
    private static string? ReadLine(StreamReader reader, out bool isWhole)
    {
        var line = new StringBuilder();
        isWhole = false;
        for (int character; !isWhole && (character = reader.Read()) >= 0;)
        {
            if (character != '\n') line.Append((char)character);
            isWhole = character == '\n' || line.Length > MaxLineLength;
        }
        return line.Length > 0 || isWhole ? line.ToString().TrimEnd('\r') : null;
    }

    private static InvalidInputException Garbled(string path, long number, string line, string allowed) =>
        new($"{PrintableText.Of(path, PrintableText.PathLength)} line {number} is '{PrintableText.Of(line)}'; allowed: {allowed}; remove the file to go on without it");
}
