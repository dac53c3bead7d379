using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>Loads named tensors, all or nothing.</summary>
public static class StateDict
{
    /// <summary>Compares the tensors that a file has with those that are needed, without reading them.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="owner">What needs them, for messages.</param>
    /// <param name="needed">Shape of each tensor that is needed.</param>
    /// <param name="given">Shape of each tensor of the file.</param>
    /// <exception cref="InvalidDataException">Keys are missing or unknown, or shapes differ; the message names up to five of each.</exception>
    public static void Check(string path, string owner, IReadOnlyDictionary<string, long[]> needed, IReadOnlyDictionary<string, long[]> given)
    {
        var problems = new List<string>();
        Report("missing", [.. needed.Keys.Where(key => !given.ContainsKey(key)).Select(key => PrintableText.Of(key))]);
        Report("unknown", [.. given.Keys.Where(key => !needed.ContainsKey(key)).Select(key => PrintableText.Of(key))]);
        Report("of another shape",
            [.. needed.Where(entry => given.TryGetValue(entry.Key, out var shape) && !shape.SequenceEqual(entry.Value))
                .Select(entry => $"{PrintableText.Of(entry.Key)} ([{string.Join(", ", given[entry.Key])}] instead of [{string.Join(", ", entry.Value)}])")]);
        if (problems.Count > 0) throw new InvalidDataException($"the weights in {path} do not fit {owner}: {string.Join("; ", problems)}");

        void Report(string what, List<string> keys)
        {
            if (keys.Count == 0) return;
            keys.Sort(StringComparer.Ordinal);
            problems.Add($"{keys.Count} {what}: {string.Join(", ", keys.Take(5))}{(keys.Count > 5 ? ", ..." : "")}");
        }
    }

    /// <summary>Compares the tensors that a file has with those of a network.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="network">The network.</param>
    /// <param name="given">Shape of each tensor of the file.</param>
    /// <exception cref="InvalidDataException">They differ in names or shapes.</exception>
    public static void Check(string path, nn.Module network, IReadOnlyDictionary<string, long[]> given) =>
        Check(path, network.GetName(), network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape), given);

    /// <summary>Loads a checkpoint whose names and shapes are exactly the network's.</summary>
    /// <param name="path">File to read, in any format of <see cref="Checkpoint"/>.</param>
    /// <param name="network">Network to fill, on any device; values are converted to its dtypes.</param>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit; the network is unchanged.</exception>
    public static void Load(string path, nn.Module network)
    {
        var checkpoint = Checkpoint.Open(path);
        Check(path, network, checkpoint.Header.ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        Copy(checkpoint.Read(), network.state_dict());
    }

    /// <summary>Copies tensors over those of the same names and disposes them.</summary>
    /// <param name="tensors">Checked tensors.</param>
    /// <param name="targets">What to fill.</param>
    public static void Copy(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, Tensor> targets)
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in tensors)
        {
            using (tensor) targets[name].copy_(tensor);
        }
    }
}
