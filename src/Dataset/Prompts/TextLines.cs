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
    /// <exception cref="InvalidInputException">The file cannot be read, or a line is too long or not text.</exception>
    public static async IAsyncEnumerable<TextLine> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = Open(path);
        await using var _ = file.ConfigureAwait(false);
        var buffer = new byte[InitialBytes];
        var (start, end, number) = (0, 0, 1L);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                yield return Check(path, number++, buffer.AsMemory(start, length));
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
        if (end > 0)
            yield return Check(path, number, buffer.AsMemory(0, end));
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

    private static TextLine Check(string path, long number, ReadOnlyMemory<byte> line)
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
        if (!Utf8.IsValid(line.Span))
            throw new InvalidInputException($"{path} line {number}: {FirstInvalid(line.Span)} is not valid UTF-8; save the file as UTF-8.");
        if (line.Span.Contains((byte)'\r'))
            throw new InvalidInputException($"{path} line {number}: there is a carriage return within the line; lines end with LF or CR LF.");
        if (line.Span.Contains((byte)0))
            throw new InvalidInputException($"{path} line {number}: there is a NUL character (U+0000); if the file is UTF-16, save it as UTF-8.");
        return new TextLine(number, line);
    }

    private static string FirstInvalid(ReadOnlySpan<byte> line)
    {
        var position = 0;
        while (System.Text.Rune.DecodeFromUtf8(line[position..], out _, out var length) == System.Buffers.OperationStatus.Done)
            position += length;
        return $"byte 0x{line[position]:X2} at position {position + 1}";
    }
}
