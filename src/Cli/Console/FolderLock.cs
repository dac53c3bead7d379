using Atelier.Abstractions;

namespace Atelier.Cli;

/// <summary>Holds a folder against a second run at the same time; the operating system lets go of it when the process dies.</summary>
internal static class FolderLock
{
    private const string FileName = ".lock";

    /// <summary>Whether a folder was ever held: what a run or a download has made was.</summary>
    /// <param name="path">The folder.</param>
    public static bool Exists(string path) => File.Exists(Path.Combine(path, FileName));

    /// <summary>Creates the folder if need be, and takes it until the result is disposed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">What messages call it: the option that names it.</param>
    /// <exception cref="InvalidInputException">It cannot be created or written, or is in use.</exception>
    public static IDisposable Take(string path, string name = "--out")
    {
        if (File.Exists(path)) throw new InvalidInputException($"{name} {path} is a file; give a folder");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{name} {path} cannot be created: {refused.Message}", refused);
        }
        try
        {
            return new FileStream(Path.Combine(path, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new InvalidInputException($"{name} {path} cannot be written: {refused.Message}", refused);
        }
        catch (IOException busy)
        {
            throw new InvalidInputException($"{name} {path} is in use by another run: {busy.Message}", busy);
        }
    }
}
