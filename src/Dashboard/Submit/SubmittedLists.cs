using System.Collections.Concurrent;
using Atelier.Abstractions;
using Atelier.Dataset.Prompts;

namespace Atelier.Dashboard.Submit;

/// <summary>
/// Prompt lists between a plan and its submission: files of a private folder, named by chance and gone after an hour or with the dashboard. Whoever has the name has the list.
/// </summary>
internal sealed class SubmittedLists(TimeProvider time) : IDisposable
{
    private const int MostKept = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, (string Path, string Name, DateTimeOffset Until)> _lists = new(StringComparer.Ordinal);
    private readonly Lazy<DirectoryInfo> _folder = new(() => Directory.CreateTempSubdirectory("atelier-lists-"));

    /// <summary>Keeps a list.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="name">Name of the file, whose ending tells the format.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What to ask for it by.</returns>
    /// <exception cref="InvalidInputException">The ending is not that of a prompt list, or there are too many lists.</exception>
    public async Task<string> AddAsync(Stream content, string name, CancellationToken cancellationToken)
    {
        foreach (var (old, list) in _lists)
            if (list.Until < time.GetUtcNow()) Remove(old);
        if (_lists.Count >= MostKept) throw new InvalidInputException("too many lists wait to be submitted; try again later");
        var ending = Path.GetExtension(name).ToLowerInvariant();
        if (!PromptFile.Extensions.Contains(ending)) throw new InvalidInputException($"the list is '{name}'; allowed: a file whose name ends in {string.Join(", ", PromptFile.Extensions)}");
        var id = Guid.NewGuid().ToString("N");
        var path = Path.Combine(_folder.Value.FullName, $"list-{id}{ending}");
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write)) await content.CopyToAsync(file, cancellationToken);
        _lists[id] = (path, Path.GetFileName(name), time.GetUtcNow() + Kept);
        return id;
    }

    /// <summary>Where a list is, and its name; null where it is not any more.</summary>
    public (string Path, string Name)? Find(string id) => _lists.TryGetValue(id, out var list) ? (list.Path, list.Name) : null;

    /// <summary>Forgets a list.</summary>
    public void Remove(string id)
    {
        if (_lists.TryRemove(id, out var list)) File.Delete(list.Path);
    }

    public void Dispose()
    {
        if (_folder.IsValueCreated) _folder.Value.Delete(recursive: true);
    }
}
