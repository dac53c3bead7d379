using System.Collections.Concurrent;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>Makes folders whose names survive a power cut, and knows those that do.</summary>
/// <param name="root">The folder that they are in; what is above it is flushed only where that is allowed.</param>
internal sealed class DurableFolders(string root)
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Makes a folder under the root, durably like those above it.</summary>
    public void Make(string folder)
    {
        if (_known.ContainsKey(folder) && Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        // Also where the folder was there: the process that made it may have been killed before it flushed the name.
        for (var child = folder; child.Length >= root.Length && Path.GetDirectoryName(child) is { } parent; child = parent)
            FlushName(child, parent);
        _known[folder] = true;
    }

    private void FlushName(string folder, string parent)
    {
        try
        {
            TemporaryFile.FlushFolder(parent);
        }
        catch (UnauthorizedAccessException) when (folder.Length == root.Length)
        {
            // What is above the root may be nobody's to read.
        }
    }
}
