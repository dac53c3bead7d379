namespace Atelier.Diffusion.Weights;

/// <summary>A Python dictionary, in insertion order.</summary>
/// <remarks>
/// Only string keys are looked up, as only they name tensors; other keys of a stranger could be chosen so that their hashes collide.
/// </remarks>
internal sealed class PickleDictionary
{
    private readonly List<KeyValuePair<object?, object?>> _items = [];
    private HashSet<string>? _names;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    /// <returns>False, and no change, when the key is a string that is there already.</returns>
    public bool TryAdd(object? key, object? value)
    {
        if (key is string name && !(_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name)) return false;
        _items.Add(new(key, value));
        return true;
    }

    /// <summary>The value of a string key; null if there is none.</summary>
    public object? Find(string name) => _items.Find(item => item.Key is string key && key == name).Value;
}
