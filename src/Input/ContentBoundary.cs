namespace Atelier.Input;

/// <summary>
/// Where the content of a stranger's file meets a library. Libraries refuse in many ways (overflows, formats, states, native errors, files that end early), and
/// which ones is never written down; behind this door there is one way, which names the file.
/// </summary>
public static class ContentBoundary
{
    private const int ReasonLength = 300;

    /// <summary>Reads content, and turns whatever goes wrong into a refusal of the file.</summary>
    /// <param name="path">The file. A refusal whose message begins with it is left as it is.</param>
    /// <param name="problem">What follows the path in the message, such as "is not a usable index"; the reason comes after it.</param>
    /// <param name="read">What reads.</param>
    /// <exception cref="InvalidDataException">The content is damaged or hostile, or reading it failed; names file, problem and reason, and is short.</exception>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions forbid reading.</exception>
    public static T Read<T>(string path, string problem, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(read);
        var name = PrintableText.Of(path, PrintableText.PathLength);
        try
        {
            return read();
        }
        catch (Exception damage) when (!(IsNoDamage(damage) || (damage is InvalidDataException && damage.Message.StartsWith(name, StringComparison.Ordinal))))
        {
            throw new InvalidDataException($"{name} {problem}: {PrintableText.Of(damage.Message, ReasonLength)}", damage);
        }
    }

    private static bool IsNoDamage(Exception exception) => exception is
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or OperationCanceledException or OutOfMemoryException;
}
