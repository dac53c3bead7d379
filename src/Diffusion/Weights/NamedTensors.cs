using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>Finds the state dict in what torch.save was given.</summary>
internal static class NamedTensors
{
    private const int MaxDepth = 4;

    // Tied weights are few, and so is what lies between the views of a storage; a stranger's views, with steps of 0 or of millions, could otherwise swell without
    // limit.
    private const long MaxViewsOfAStorage = 4, MaxExtraElements = 1 << 22;

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
            throw CheckpointError.Unusable(path, $"it has no dictionary of tensors '{PrintableText.Of(stateDict)}'; --state-dict can choose {Names(all)}");

        var chosen = all.Find(holder => holder.Path == stateDict) ?? outermost[0];
        return (chosen.Path, Tensors(chosen.Dictionary, path));
    }

    /// <summary>A dictionary and the keys that lead to it. Joined only where they are needed: a stranger's dictionaries are many and their keys long.</summary>
    private sealed record Holder(Holder? Parent, object? Key, PickleDictionary Dictionary)
    {
        public string Path => Parent is null ? "" : Parent.Path is { Length: > 0 } parent ? $"{parent}.{Label(Key)}" : Label(Key);
    }

    /// <summary>The dictionaries that have tensors, by their depth.</summary>
    private static List<List<Holder>> Holders(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var holders = new List<List<Holder>>();
        List<Holder> level = [];
        Visit(null, null, root, level);
        for (var depth = 0; depth <= MaxDepth; depth++)
        {
            holders.Add([.. level.Where(candidate => candidate.Dictionary.Items.Any(item => item.Value is TensorReference))]);
            List<Holder> next = [];
            foreach (var holder in level)
            {
                foreach (var (key, value) in holder.Dictionary.Items) Visit(holder, key, value, next);
            }
            level = next;
        }
        return holders;

        void Visit(Holder? parent, object? key, object? value, List<Holder> found)
        {
            if (value is PickleDictionary dictionary && seen.Add(dictionary)) found.Add(new Holder(parent, key, dictionary));
        }
    }

    private static string Names(List<Holder> holders) => string.Join(", ", holders.Take(5).Select(holder => holder.Path)) + (holders.Count > 5 ? ", ..." : "");

    private static string Label(object? key) => key is string or long ? PrintableText.Of($"{key}") : "?";

    private static List<(string, TensorReference)> Tensors(PickleDictionary dictionary, string path)
    {
        var tensors = new List<(string, TensorReference)>();
        foreach (var (key, value) in dictionary.Items)
        {
            if (value is not TensorReference tensor) continue;
            tensors.Add((key as string ?? throw CheckpointError.Unusable(path, $"the name of a tensor is no string: {Label(key)}"), tensor));
        }

        // What is read of a storage is all from the first of its elements to the last that tensors have.
        var (elements, stored, read) = ((UInt128)0, (UInt128)0, (UInt128)0);
        foreach (var (_, tensor) in tensors) elements += (ulong)tensor.Elements;
        foreach (var views in tensors.Select(entry => entry.Item2).GroupBy(tensor => tensor.Storage))
        {
            stored += (ulong)views.Key.Length;
            if (views.Where(view => view.Elements > 0).ToArray() is { Length: > 0 } filled) read += (ulong)(filled.Max(view => view.End) - filled.Min(view => view.Offset));
        }
        if (elements > stored * MaxViewsOfAStorage + MaxExtraElements)
            throw CheckpointError.Unusable(path, $"its tensors have {elements} elements, its storages only {stored}");
        return read <= elements * MaxViewsOfAStorage + MaxExtraElements
            ? tensors
            : throw CheckpointError.Unusable(path, $"its tensors have {elements} elements, which lie among {read} of its storages");
    }
}
