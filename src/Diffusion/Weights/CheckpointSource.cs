using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The tensors of safetensors files. Each is read when it is taken, straight to its device and element type, so that the host holds no more than the
/// largest one above what stays there. All problems of names and shapes are found before any element is read: <see cref="Load"/>.
/// </summary>
public sealed class CheckpointSource : TensorSource, IDisposable
{
    // Beyond that an index is not of a network.
    private const int MaxFiles = 1024;

    // Old checkpoints hold the numbers 0.. of positions, and T5's may hold the embedding that is tied to shared.weight again.
    private static readonly string[] Ignorable = ["position_ids", "encoder.embed_tokens.weight"];

    private readonly Dictionary<string, SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _holders = [];
    private readonly HashSet<string> _taken = [];
    private readonly string _name;

    /// <summary>Opens files and reads their headers.</summary>
    /// <param name="paths">Safetensors files, or indices of shards (<c>*.safetensors.index.json</c>).</param>
    /// <param name="precision">What the network computes in.</param>
    /// <param name="device">Where; null is the CPU.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or two hold a tensor of one name; names the file.</exception>
    public CheckpointSource(IReadOnlyList<string> paths, ScalarType precision, Device? device = null) : base(precision, device ?? CPU)
    {
        ArgumentNullException.ThrowIfNull(paths);
        _name = string.Join(", ", paths.Select(path => PrintableText.Of(path, PrintableText.PathLength)));
        try
        {
            foreach (var path in paths)
            {
                if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                    foreach (var (key, file) in ShardIndex.Files(path)) Add(key, Open(file));
                else
                    foreach (var key in Open(path).Entries.Keys) Add(key, _files[path]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What each tensor is in the files, by key.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Header => _holders.ToDictionary(held => held.Key, TensorEntry (held) => held.Value.Entries[held.Key]);

    /// <summary>Builds a network after everything it needs was found in the files, and nothing beside it.</summary>
    /// <param name="build">Makes the network from a source; called twice, first with tensors without numbers.</param>
    /// <exception cref="InvalidDataException">Keys are missing or unknown, shapes differ or elements are no numbers; names files, keys and shapes.</exception>
    public TNetwork Load<TNetwork>(Func<TensorSource, TNetwork> build) where TNetwork : IDisposable
    {
        ArgumentNullException.ThrowIfNull(build);
        Check(build);
        var network = build(this);
        Finish();
        return network;
    }

    /// <summary>Compares the files with what a network needs, without reading elements.</summary>
    /// <param name="build">Makes the network from a source, here with tensors without numbers.</param>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void Check<TNetwork>(Func<TensorSource, TNetwork> build) where TNetwork : IDisposable
    {
        var needed = new ShapeSource(Precision, Has);
        build(needed).Dispose();
        Check(typeof(TNetwork).Name, needed);
    }

    /// <summary>Compares the files with what a network asked for, without reading elements.</summary>
    /// <param name="owner">The network, for messages.</param>
    /// <param name="needed">What it asked for.</param>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void Check(string owner, ShapeSource needed)
    {
        ArgumentNullException.ThrowIfNull(needed);
        StateDict.Check(
            _name, owner, needed.Taken.ToDictionary(entry => entry.Key, entry => entry.Value.Shape),
            _holders.Where(held => needed.Taken.ContainsKey(held.Key) || !IsIgnorable(held.Key))
                .ToDictionary(held => held.Key, held => held.Value.Entries[held.Key].Shape));
        foreach (var key in needed.Taken.Keys) RequireNumbers(key);
    }

    /// <inheritdoc/>
    public override Tensor Take(string key, ScalarType? precision, ReadOnlySpan<long> shape)
    {
        if (!_holders.TryGetValue(key, out var file)) throw new InvalidDataException($"{_name}: tensor '{PrintableText.Of(key)}' is missing");
        var given = file.Entries[key].Shape;
        if (!given.AsSpan().SequenceEqual(shape))
            throw new InvalidDataException($"{PrintableText.Of(file.Path, PrintableText.PathLength)}: tensor '{PrintableText.Of(key)}' is {Text(given)} instead of {Text(shape)}");
        RequireNumbers(key);
        _taken.Add(key);
        using var scope = NewDisposeScope();
        return file.Read(key).to(precision ?? Precision, Device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override bool Has(string key) => _holders.ContainsKey(key);

    /// <summary>Refuses tensors that nobody has taken, but for those that are known to be superfluous.</summary>
    /// <exception cref="InvalidDataException">Names up to five.</exception>
    public void Finish()
    {
        var left = _holders.Keys.Where(key => !_taken.Contains(key) && !IsIgnorable(key)).Order(StringComparer.Ordinal).ToList();
        if (left.Count > 0)
            throw new InvalidDataException(
                $"{_name}: nothing needs {left.Count} of the tensors: {string.Join(", ", left.Take(5).Select(key => PrintableText.Of(key)))}{(left.Count > 5 ? ", ..." : "")}");
    }

    /// <summary>Closes the files; what was taken stays.</summary>
    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private static bool IsIgnorable(string key) =>
        Array.Exists(Ignorable, name => key == name || key.EndsWith("." + name, StringComparison.Ordinal));

    private SafetensorsFile Open(string path)
    {
        if (_files.TryGetValue(path, out var known)) return known;
        if (_files.Count == MaxFiles) throw new InvalidDataException($"{_name}: more than {MaxFiles} files");
        var file = new SafetensorsFile(path);
        _files.Add(path, file);
        return file;
    }

    private void Add(string key, SafetensorsFile file)
    {
        var name = PrintableText.Of(file.Path, PrintableText.PathLength);
        if (!file.Entries.ContainsKey(key)) throw new InvalidDataException($"{_name}: file {name} lacks tensor '{PrintableText.Of(key)}'");
        if (!_holders.TryAdd(key, file)) throw new InvalidDataException($"{name}: tensor '{PrintableText.Of(key)}' is in {PrintableText.Of(_holders[key].Path, PrintableText.PathLength)} too");
    }

    // Quantised weights need scales that nobody here knows of.
    private void RequireNumbers(string key)
    {
        var file = _holders[key];
        if (file.Entries[key].DType is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new InvalidDataException(
                $"{PrintableText.Of(file.Path, PrintableText.PathLength)}: tensor '{PrintableText.Of(key)}' is {file.Entries[key].DType}; allowed: Float32, Float16, BFloat16, Float64");
    }
}
