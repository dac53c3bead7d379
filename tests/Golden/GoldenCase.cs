using System.Text.Json;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Golden;

/// <summary>One case: inputs, weights and outputs of a reference implementation.</summary>
internal sealed class GoldenCase
{
    private static readonly Dictionary<string, ScalarType> DTypes = new()
    {
        ["F64"] = ScalarType.Float64,
        ["F32"] = ScalarType.Float32,
        ["I64"] = ScalarType.Int64,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>Reads <c>case.json</c> and the tensors beside it into the current dispose scope.</summary>
    /// <exception cref="Exception">Something is missing, malformed or contradicts itself.</exception>
    public GoldenCase(string file)
    {
        (Name, Folder) = (NameOf(file), Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        Json = json.RootElement.Clone();
        var tensors = Path.Combine(Folder, "tensors.safetensors");
        _tensors = File.Exists(tensors) && Json.TryGetProperty("outputs", out _) ? Safetensors.Read(tensors).ToDictionary() : [];
        Outputs = ReadOutputs();
    }

    public string Name { get; }

    public string Folder { get; }

    public JsonElement Json { get; }

    /// <summary>The expected tensors by name, each with its tolerance.</summary>
    public IReadOnlyDictionary<string, (Tensor Want, Tolerance Tolerance)> Outputs { get; }

    /// <summary>Name of the folder of a case.json, or of the file itself.</summary>
    public static string NameOf(string file) => Path.GetFileName(file) == "case.json"
        ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))!)
        : Path.GetFileNameWithoutExtension(file);

    /// <summary>A tensor <c>in.{name}</c>.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public Tensor Input(string name) =>
        InputOrNull(name) ?? throw new InvalidDataException($"tensors.safetensors has no 'in.{name}'");

    /// <summary>A tensor <c>in.{name}</c>, or null.</summary>
    public Tensor? InputOrNull(string name) => _tensors.GetValueOrDefault($"in.{name}");

    /// <summary>Loads the tensors whose names begin with <paramref name="prefix"/> into a network, which must need exactly these.</summary>
    /// <param name="network">The network.</param>
    /// <param name="prefix">Part of the tensors' names that is not the network's.</param>
    /// <param name="except">A longer prefix of tensors that belong to another network.</param>
    /// <returns>The network, in evaluation mode.</returns>
    /// <exception cref="InvalidDataException">They are not the network's.</exception>
    public TNetwork Load<TNetwork>(TNetwork network, string prefix = "state.", string? except = null) where TNetwork : nn.Module
    {
        var given = _tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)
            && (except is null || !entry.Key.StartsWith(except, StringComparison.Ordinal)))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
        StateDict.Check(Name, network, given.ToDictionary(entry => entry.Key, entry => entry.Value.shape));
        StateDict.Copy(given, network.state_dict());
        network.eval();
        return network;
    }

    /// <summary>The shape of the case's network.</summary>
    /// <param name="member">Member of case.json.</param>
    public TConfig Config<TConfig>(string member = "config") where TConfig : NetworkConfig => NetworkConfig.Parse<TConfig>(Json.Member(member));

    /// <summary>The tensors whose names begin with <paramref name="prefix"/>, for a network of exactly these.</summary>
    public MemorySource Source(string prefix = "state.") => new(
        _tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value));

    private Dictionary<string, (Tensor, Tolerance)> ReadOutputs()
    {
        var outputs = new Dictionary<string, (Tensor, Tolerance)>();
        if (Json.TryGetProperty("outputs", out var declared))
        {
            foreach (var output in declared.EnumerateObject())
            {
                if (!_tensors.TryGetValue($"out.{output.Name}", out var want))
                    throw new InvalidDataException($"tensors.safetensors has no 'out.{output.Name}'");
                var shape = output.Value.Member("shape").EnumerateArray().Select(length => length.GetInt64()).ToArray();
                var dtype = output.Value.Member("dtype").GetString()!;
                if (!shape.SequenceEqual(want.shape) || !DTypes.TryGetValue(dtype, out var type) || type != want.dtype)
                    throw new InvalidDataException(
                        $"output '{output.Name}' is {dtype} [{string.Join(", ", shape)}] in case.json but {want.dtype} [{string.Join(", ", want.shape)}] in tensors.safetensors");
                outputs.Add(output.Name, (want, new Tolerance(output.Name, output.Value.Member("tolerance"), shape)));
            }
        }
        var undeclared = _tensors.Keys.FirstOrDefault(name => name.StartsWith("out.", StringComparison.Ordinal) && !outputs.ContainsKey(name[4..]));
        return undeclared is null ? outputs : throw new InvalidDataException($"case.json gives no tolerance for '{undeclared}'");
    }
}
