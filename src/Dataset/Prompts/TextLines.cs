using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Atelier.Abstractions;
using Atelier.Input;

namespace Atelier.Dataset.Prompts;

/// <summary>Reads a text file line by line, refusing what is not UTF-8 text.</summary>
internal static class TextLines
{
    // Room for the longest prompt with every character escaped (\u0041), and its settings.
    private const int MaxLineBytes = 8 << 20;
    private const int InitialBytes = 64 << 10;

    /// <summary>The lines of the file; one buffer serves them all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Collects lines that are not text, which are left out; null to throw at the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The file cannot be read, or a line is too long or not text.</exception>
    public static async IAsyncEnumerable<TextLine> ReadAsync(string path, RowProblems? problems, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = Open(path);
        await using var _ = file.ConfigureAwait(false);
        await foreach (var line in ReadAsync(file, path, problems, cancellationToken).ConfigureAwait(false)) yield return line;
    }

    /// <summary>The lines of a stream, which is left open; one buffer serves them all.</summary>
    /// <param name="file">The stream.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <param name="problems">Collects lines that are not text, which are left out; null to throw at the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">A line is too long, or the text is UTF-16, or nothing is collected and a line is not text.</exception>
    public static async IAsyncEnumerable<TextLine> ReadAsync(Stream file, string path, RowProblems? problems, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[InitialBytes];
        var (start, end, number) = (0, 0, 1L);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                if (Check(path, number++, buffer.AsMemory(start, length), problems) is { } line) yield return line;
                start += length + 1;
                continue;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end >= MaxLineBytes)
                throw new InvalidInputException($"{path} line {number}: the line is longer than {MaxLineBytes:N0} bytes, the most allowed.");
            if (end == buffer.Length)
                Array.Resize(ref buffer, 2 * end);
            var read = await file.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            end += read;
        }
        if (end > 0 && Check(path, number, buffer.AsMemory(0, end), problems) is { } last)
            yield return last;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return RegularFile.OpenRead(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidInputException($"{exception.Message}, or - for standard input", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static TextLine? Check(string path, long number, ReadOnlyMemory<byte> line, RowProblems? problems)
    {
        if (number == 1)
        {
            if (line.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || line.Span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
                throw new InvalidInputException($"{path} is UTF-16 text; save it as UTF-8.");
            if (line.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                line = line[3..];
        }
        if (line.Span is [.., (byte)'\r'])
            line = line[..^1];
        var problem = !Utf8.IsValid(line.Span) ? $"{FirstInvalid(line.Span)} is not valid UTF-8; save the file as UTF-8."
            : line.Span.Contains((byte)'\r') ? "there is a carriage return within the line; lines end with LF or CR LF."
            : line.Span.Contains((byte)0) ? "there is a NUL character (U+0000); if the file is UTF-16, save it as UTF-8."
            : null;
        if (problem is null) return new TextLine(number, line);
        var refused = new InvalidInputException($"{path} line {number}: {problem}");
        if (problems is null) throw refused;
        problems.Add(path, number, refused);
        return null;
    }

    private static string FirstInvalid(ReadOnlySpan<byte> line)
    {
        var position = 0;
        while (System.Text.Rune.DecodeFromUtf8(line[position..], out _, out var length) == System.Buffers.OperationStatus.Done)
            position += length;
        return $"byte 0x{line[position]:X2} at position {position + 1}";
    }
}
