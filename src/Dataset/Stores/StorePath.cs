using System.Text;
using Atelier.Input;

namespace Atelier.Dataset.Stores;

/// <summary>
/// The rules for paths in a store, chosen so that one path names one file on every file system and in blob storage, and never one outside
/// the store. A path is one or more segments with '/' between them. A segment has 1 to 200 UTF-8 bytes; no control character, backslash,
/// colon or unpaired surrogate; does not end with a dot or a space (which rules out '.' and '..'); and is not <c>.tmp</c>.
/// </summary>
public static class StorePath
{
    /// <summary>The name that stores keep for the folders of their unfinished files.</summary>
    internal const string TemporaryFolder = ".tmp";

    // File systems allow 255; the rest is for what a store may add.
    private const int MaxSegmentBytes = 200;
    private const int MaxLength = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Refuses what is not a path in a store.</summary>
    /// <param name="path">The path to check.</param>
    /// <exception cref="ArgumentException">It breaks a rule; the message says which.</exception>
    public static void Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        CheckLength(path);
        foreach (var segment in path.Split('/'))
            CheckSegment(path, segment);
    }

    /// <summary>Refuses what is not a path of one segment.</summary>
    /// <param name="name">The segment to check.</param>
    /// <exception cref="ArgumentException">It breaks a rule; the message says which.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckSegment(name, name);
        if (name.Contains('/', StringComparison.Ordinal))
            throw Invalid(name, "has more than one segment");
    }

    /// <summary>Whether a text is a path of one segment.</summary>
    /// <param name="name">Any text.</param>
    internal static bool IsName(string name)
    {
        try
        {
            CheckName(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Makes a segment of any name: '-' stands for what no segment may have, and what is too long is cut.</summary>
    /// <param name="name">Any text, such as the name of a folder.</param>
    public static string ToName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var allowed = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            var isAllowed = !Rune.IsControl(rune) && rune.Value is not ('\\' or ':' or '/') && rune != Rune.ReplacementChar;
            var next = isAllowed ? rune.ToString() : "-";
            if (StrictUtf8.GetByteCount(next) + StrictUtf8.GetByteCount(allowed.ToString()) > MaxSegmentBytes) break;
            allowed.Append(next);
        }
        var segment = allowed.ToString();
        if (segment.Length == 0 || segment == TemporaryFolder) return "-";
        return segment[^1] is '.' or ' ' ? segment[..^1] + "-" : segment;
    }

    /// <summary>Refuses what no path in a store begins with.</summary>
    /// <param name="prefix">The prefix to check; may be empty, and may end within a segment.</param>
    /// <exception cref="ArgumentException">It breaks a rule; the message says which.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        CheckLength(prefix);
        var segments = prefix.Split('/');
        foreach (var segment in segments.AsSpan(0, segments.Length - 1))
            CheckSegment(prefix, segment);
        if (segments[^1] is ".." or "." or TemporaryFolder)
            throw Invalid(prefix, $"ends with '{segments[^1]}'");
        CheckCharacters(prefix, segments[^1]);
    }

    private static void CheckLength(string path)
    {
        if (path.Length > MaxLength)
            throw Invalid(path[..64] + "...", $"has {path.Length} characters; at most {MaxLength} are allowed");
    }

    private static void CheckSegment(string path, string segment)
    {
        if (segment.Length == 0)
            throw Invalid(path, "has an empty segment");
        CheckCharacters(path, segment);
        if (segment[^1] is '.' or ' ')
            throw Invalid(path, $"has the segment '{segment}', which ends with a dot or a space");
        if (segment == TemporaryFolder)
            throw Invalid(path, $"has the segment '{segment}', which is kept for unfinished files");
    }

    private static void CheckCharacters(string path, string segment)
    {
        foreach (var character in segment)
        {
            if (char.IsControl(character) || character is '\\' or ':')
                throw Invalid(path, $"holds the character U+{(int)character:X4}, which is not allowed");
        }
        int bytes;
        try
        {
            bytes = StrictUtf8.GetByteCount(segment);
        }
        catch (EncoderFallbackException)
        {
            throw Invalid(path, "holds half of a surrogate pair");
        }
        if (bytes > MaxSegmentBytes)
            throw Invalid(path, $"has a segment of {bytes} bytes; at most {MaxSegmentBytes} are allowed");
    }

    private static ArgumentException Invalid(string path, string what) => new($"The store path '{PrintableText.Of(path, MaxLength)}' {what}.", nameof(path));
}
