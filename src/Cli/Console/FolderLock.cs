using Atelier.Abstractions;

namespace Atelier.Cli;

/// <summary>Holds a folder against a second run at the same time; the operating system lets go of it when the process dies.</summary>
internal static class FolderLock
{
    private const string FileName = ".lock";

    /// <summary>Creates the folder given as <c>--out</c> if need be, and takes it until the result is disposed.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidInputException">It cannot be created or written, or is in use.</exception>
    public static IDisposable Take(string path)
    {
        if (File.Exists(path)) throw new InvalidInputException($"--out {path} is a file; give a folder");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"--out {path} cannot be created: {refused.Message}", refused);
        }
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
