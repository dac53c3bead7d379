using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Input;

namespace Atelier.Cli.Models;

/// <summary>Finds model folders by path or by name.</summary>
internal static class ModelFinder
{
    // Enough to see what there is; a folder may hold any number.
    private const int MaxShown = 20;

    /// <summary>Opens and checks the model that the user named.</summary>
    /// <param name="nameOrPath">A folder, or the name of one in <c>models/</c> of the current folder, of $ATELIER_MODELS or beside the program.</param>
    /// <exception cref="InvalidInputException">There is none, or it cannot be used.</exception>
    public static ModelFolder Open(string nameOrPath)
    {
        var folders = Folders();
        var path = Directory.Exists(nameOrPath) ? nameOrPath : folders.FirstOrDefault(folder => Path.GetFileName(folder) == nameOrPath);
        if (path is null)
        {
            var names = folders.Select(folder => PrintableText.Of(Path.GetFileName(folder))).Order(StringComparer.Ordinal).ToList();
            var known = names.Count == 0 ? "(none found)" : string.Join(", ", names.Take(MaxShown)) + (names.Count > MaxShown ? ", ..." : "");
            throw new InvalidInputException($"no model '{PrintableText.Of(nameOrPath)}'; give the path of a model folder or one of: {known}");
        }
        try
        {
            return ModelFolder.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(damaged.Message, damaged);
        }
    }

    /// <summary>The folders that can be named, the first of each name.</summary>
    public static IEnumerable<string> Folders() => Roots().Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).DistinctBy(Path.GetFileName);

    private static IEnumerable<string> Roots()
    {
        yield return Path.GetFullPath("models");
        if (Environment.GetEnvironmentVariable("ATELIER_MODELS") is { Length: > 0 } configured) yield return configured;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "models");
    }
}
