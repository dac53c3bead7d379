namespace Atelier.Diffusion.Weights;

/// <summary>Finds the state dict in what torch.save was given.</summary>
internal static class NamedTensors
{
    private const int MaxDepth = 4;

    // Tied weights are few; a stranger's views of one storage, or steps of 0, could otherwise swell without limit.
    private const long MaxViewsOfAStorage = 4, MaxExtraElements = 1 << 26;

    /// <summary>
    /// The tensors of the outermost dictionary that has any, by name. Dictionaries are looked for in dictionaries only, up to four deep;
    /// other values are passed over.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no such dictionary, there are several of the same depth, or it is unfit.</exception>
    public static IReadOnlyList<(string Name, TensorReference Tensor)> Find(CheckpointFile file, string path)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        List<(string Path, PickleDictionary Dictionary)> level = [];
        Visit("", file.Root, level);
        for (var depth = 0; depth <= MaxDepth; depth++)
        {
            var holders = level.Where(candidate => candidate.Dictionary.Items.Any(item => item.Value is TensorReference)).ToArray();
            if (holders.Length == 1) return Tensors(holders[0].Dictionary, path);
            if (holders.Length > 1)
                throw CheckpointError.Unusable(path, $"it has {holders.Length} dictionaries of tensors, one was expected: "
                    + string.Join(", ", holders.Take(5).Select(holder => holder.Path)) + (holders.Length > 5 ? ", ..." : ""));
            List<(string, PickleDictionary)> next = [];
            foreach (var (parent, dictionary) in level)
            {
                foreach (var (key, value) in dictionary.Items) Visit(parent.Length == 0 ? $"{Label(key)}" : $"{parent}.{Label(key)}", value, next);
            }
            level = next;
        }
        throw CheckpointError.Unusable(path, "it has no dictionary of tensors");

        void Visit(string where, object? value, List<(string, PickleDictionary)> found)
        {
            if (value is PickleDictionary dictionary && seen.Add(dictionary)) found.Add((where, dictionary));
        }
    }

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
