namespace Atelier.Dataset.Captions;

/// <summary>Counts what is left aside, by kind.</summary>
internal sealed class LeftAsideCounts
{
    public const string AppleDouble = "AppleDouble companions";
    public const string HiddenFiles = "hidden files";
    public const string HiddenFolders = "hidden folders";
    public const string InHiddenFolders = "files in hidden folders";
    public const string FolderLinks = "links to folders";
    public const string Folders = "folders beside tar files";
    public const string HardLinks = "hard links";
    public const string SymbolicLinks = "symbolic links";
    public const string SpecialFiles = "entries that are no regular files";
    public const string DottedNames = "names that go on after their first dot";
    public const string LoneCaptions = "captions without an image";
    public const string OtherFiles = "files of other kinds";

    private const string AppleDoublePrefix = "._";

    private readonly SortedDictionary<string, LeftAside> _kinds = new(StringComparer.Ordinal);

    /// <summary>What was counted, in ordinal order of the kinds.</summary>
    public IReadOnlyList<LeftAside> All => [.. _kinds.Values];

    /// <summary>Counts one; the first of its kind is the example.</summary>
    public void Add(string kind, string name) =>
        _kinds[kind] = _kinds.TryGetValue(kind, out var counted) ? counted with { Count = counted.Count + 1 } : new LeftAside(kind, 1, name);

    /// <summary>The kind of a file that begins with a dot; null for any other.</summary>
    /// <param name="name">Its name, without folders.</param>
    public static string? KindOfHidden(string name) =>
        name.StartsWith(AppleDoublePrefix, StringComparison.Ordinal) ? AppleDouble
        : name.StartsWith('.') ? HiddenFiles
        : null;
}
