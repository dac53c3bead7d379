using System.Text;
using Atelier.Input;

namespace Atelier.Diffusion.Tokenization;

/// <summary>The file of merges of GPT-2, GLIDE and CLIP: a line that names the version, then one merge a line, in rank order.</summary>
internal static class MergeLines
{
    /// <summary>What the first line holds.</summary>
    public const string Version = "#version";

    // Four times those of the largest official file.
    private const int MaxLines = 1 << 20;

    // Two tokens of the longest kind.
    private const int MaxLineBytes = 2 * BpeFiles.MaxTokenBytes;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The first merges of a file, at most <paramref name="max"/>. Lines are made one at a time: all at once take twenty times the file's memory.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or cut short, or has more than a million lines or a very long one.</exception>
    public static IEnumerable<MergeLine> Read(string path, int max = int.MaxValue)
    {
        var content = BoundedFile.Read(path);
        var count = content.AsSpan().Count((byte)'\n');
        if (count > MaxLines)
            throw BoundedFile.Invalid(path, $"{count} lines; at most {MaxLines} are allowed");
        var version = Line(path, content, 0);
        if (!version.Contains(Version, StringComparison.Ordinal))
            throw Invalid(1, $"expected a '{Version}' comment, found '{PrintableText.Of(version)}'");
        var tail = Line(path, content, Array.LastIndexOf(content, (byte)'\n') + 1);
        if (tail.Length > 0)
            throw Invalid(count + 1, $"'{PrintableText.Of(tail)}' has no newline after it: the file is cut short");

        var start = Next(0);
        for (var i = 1; i < count && i <= max; i++, start = Next(start))
        {
            var line = Line(path, content, start);
            // A third part is all that is too much.
            var parts = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 2)
                throw Invalid(i + 1, $"expected two tokens, found '{PrintableText.Of(line)}'");
            yield return new MergeLine(path, i + 1, parts[0], parts[1]);
        }

        int Next(int position) => Array.IndexOf(content, (byte)'\n', position) + 1;

        InvalidDataException Invalid(int line, string what) => BoundedFile.Invalid($"{path}:{line}", what);
    }

    private static string Line(string path, byte[] content, int start)
    {
        var end = Array.IndexOf(content, (byte)'\n', start);
        var length = (end < 0 ? content.Length : end) - start;
        if (length > MaxLineBytes)
            throw BoundedFile.Invalid(path, $"the line at byte {start} has {length} bytes; at most {MaxLineBytes} are allowed");
        try
        {
            return s_utf8.GetString(content, start, length);
        }
        catch (DecoderFallbackException exception)
        {
            throw BoundedFile.Invalid(path, $"not UTF-8 at byte {start + exception.Index}");
        }
    }
}
