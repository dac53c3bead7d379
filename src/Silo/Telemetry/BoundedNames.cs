using System.Collections.Concurrent;

namespace Atelier.Silo.Telemetry;

/// <summary>Keeps the values of a label few, however many jobs there are: the first ones by their names, all others as one.</summary>
/// <param name="most">How many keep their names.</param>
internal sealed class BoundedNames(int most)
{
    /// <summary>What stands for all others.</summary>
    public const string Others = "other";

    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    public string Of(string name) => _names.ContainsKey(name) || (_names.Count < most && _names.TryAdd(name, true)) ? name : Others;
}
