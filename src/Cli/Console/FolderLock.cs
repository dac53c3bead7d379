using Atelier.Abstractions;

namespace Atelier.Cli;

/// <summary>Holds a folder against a second run at the same time; the operating system lets go of it when the process dies.</summary>
internal static class FolderLock
{
    private const string FileName = ".lock";

    /// <summary>Takes the folder given as <c>--out</c> until the result is disposed.</summary>
    /// <param name="path">A folder that exists.</param>
    /// <exception cref="InvalidInputException">It cannot be written or is in use.</exception>
    public static IDisposable Take(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new InvalidInputException($"--out {path} cannot be written: {refused.Message}", refused);
        }
        catch (IOException busy)
        {
            throw new InvalidInputException($"--out {path} is in use by another run: {busy.Message}", busy);
        }
    }
}
