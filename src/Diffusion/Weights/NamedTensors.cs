namespace Atelier.Diffusion.Weights;

/// <summary>Finds the state dict in what torch.save was given.</summary>
internal static class NamedTensors
{
    private const int MaxDepth = 4;

    // Tied weights are few; a stranger's views of one storage, or steps of 0, could otherwise swell without limit.
    private const long MaxViewsOfAStorage = 4, MaxExtraElements = 1 << 26;

    /// <summary>
    /// The tensors of one dictionary, by name. Dictionaries are looked for in dictionaries only, up to four deep; other values are passed over.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="stateDict">
    /// The keys that lead to the dictionary, joined by dots; null for the outermost one that has any. A file that is a dictionary of tensors itself and
    /// has none of this name is taken as it is.
    /// </param>
    /// <returns>The keys that led to the dictionary, and its tensors.</returns>
    /// <exception cref="InvalidDataException">There is no such dictionary, it is not clear which, or it is unfit.</exception>
    public static (string StateDict, IReadOnlyList<(string Name, TensorReference Tensor)> Tensors) Find(CheckpointFile file, string path, string? stateDict)
    {
        var levels = Holders(file.Root);
        var outermost = levels.Find(level => level.Count > 0) ?? throw CheckpointError.Unusable(path, "it has no dictionary of tensors");
        var all = levels.SelectMany(level => level).ToList();
        var isOne = outermost[0].Path.Length == 0;
        if (stateDict is null && outermost.Count > 1)
            throw CheckpointError.Unusable(path, $"it has {outermost.Count} dictionaries of tensors; choose one with --state-dict: {Names(outermost)}");
        if (stateDict is not null && !isOne && !all.Exists(holder => holder.Path == stateDict))
            throw CheckpointError.Unusable(path, $"it has no dictionary of tensors '{stateDict}'; --state-dict can choose {Names(all)}");

        var chosen = all.Find(holder => holder.Path == stateDict) is { Dictionary: not null } named ? named : outermost[0];
        return (chosen.Path, Tensors(chosen.Dictionary, path));
    }

    /// <summary>The dictionaries that have tensors and the keys that lead to them, by their depth.</summary>
    private static List<List<(string Path, PickleDictionary Dictionary)>> Holders(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var holders = new List<List<(string, PickleDictionary)>>();
        List<(string Path, PickleDictionary Dictionary)> level = [];
        Visit("", root, level);
        for (var depth = 0; depth <= MaxDepth; depth++)
        {
            holders.Add([.. level.Where(candidate => candidate.Dictionary.Items.Any(item => item.Value is TensorReference))]);
            List<(string, PickleDictionary)> next = [];
            foreach (var (parent, dictionary) in level)
            {
                foreach (var (key, value) in dictionary.Items) Visit(parent.Length == 0 ? $"{Label(key)}" : $"{parent}.{Label(key)}", value, next);
            }
            level = next;
        }
        return holders;

        void Visit(string where, object? value, List<(string, PickleDictionary)> found)
        {
            if (value is PickleDictionary dictionary && seen.Add(dictionary)) found.Add((where, dictionary));
        }
    }

    private static string Names(List<(string Path, PickleDictionary Dictionary)> holders) =>
        string.Join(", ", holders.Take(5).Select(holder => holder.Path)) + (holders.Count > 5 ? ", ..." : "");

    private static string Label(object? key) => key is string or long ? CheckpointError.Printable($"{key}") : "?";

    private static List<(string, TensorReference)> Tensors(PickleDictionary dictionary, string path)
    {
        var tensors = new List<(string, TensorReference)>();
        foreach (var (key, value) in dictionary.Items)
        {
            if (value is not TensorReference tensor) continue;
            tensors.Add((key as string ?? throw CheckpointError.Unusable(path, $"the name of a tensor is no string: {Label(key)}"), tensor));
        }

        var (elements, stored) = ((UInt128)0, (UInt128)0);
        foreach (var (_, tensor) in tensors) elements += (ulong)tensor.Elements;
        foreach (var storage in tensors.Select(entry => entry.Item2.Storage).Distinct()) stored += (ulong)storage.Length;
        return elements <= stored * MaxViewsOfAStorage + MaxExtraElements
            ? tensors
            : throw CheckpointError.Unusable(path, $"its tensors have {elements} elements, its storages only {stored}");
    }
}
