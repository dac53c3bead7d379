using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>The file of merges of GPT-2, GLIDE and CLIP: a line that names the version, then one merge a line, in rank order.</summary>
internal static class MergeLines
{
    /// <summary>What the first line holds.</summary>
    public const string Version = "#version";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The first merges of a file, at most <paramref name="max"/>.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or cut short.</exception>
    public static IEnumerable<MergeLine> Read(string path, int max = int.MaxValue)
    {
        var lines = Lines(path);
        if (!lines[0].Contains(Version, StringComparison.Ordinal))
            throw Invalid(0, $"expected a '{Version}' comment, found '{MergeLine.Shorten(lines[0])}'");
        if (lines[^1].Length > 0)
            throw Invalid(lines.Length - 1, $"'{MergeLine.Shorten(lines[^1])}' has no newline after it: the file is cut short");

        for (var i = 1; i < lines.Length - 1 && i <= max; i++)
        {
            var parts = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 2)
                throw Invalid(i, $"expected two tokens, found '{MergeLine.Shorten(lines[i])}'");
            yield return new MergeLine(path, i + 1, parts[0], parts[1]);
        }

        InvalidDataException Invalid(int index, string what) => BoundedFile.Invalid($"{path}:{index + 1}", what);
    }

    private static string[] Lines(string path)
    {
        try
        {
            return s_utf8.GetString(BoundedFile.Read(path)).Split('\n');
        }
        catch (DecoderFallbackException exception)
        {
            throw BoundedFile.Invalid(path, $"not UTF-8 at byte {exception.Index}", exception);
        }
    }
}
