using static TorchSharp.torch;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>A ModelProto that is written without holding the weights twice. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxFile(ProtoMessage nodes, ProtoMessage ends, IReadOnlyList<OnnxInitializer> initializers, (string Key, string Value)[] metadata)
{
    /// <summary>Producer in the metadata of files written here.</summary>
    public const string Producer = "atelier-bench";

    private const int IrVersion = 8, OperatorSet = 17;

    /// <summary>Writes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="weights">The network's state dict.</param>
    /// <exception cref="ArgumentException">It would be larger than a protocol buffer may be, or a weight is missing or has another shape.</exception>
    public void Write(string path, IReadOnlyDictionary<string, Tensor> weights)
    {
        var heads = initializers.Select(Head).ToList();
        var graph = new ProtoMessage().Add(2, "unet");
        var graphLength = graph.Length + nodes.Length + ends.Length
            + initializers.Zip(heads, (initializer, head) => new ProtoMessage().AddHead(5, head.Length + initializer.DataLength).Length + head.Length + initializer.DataLength).Sum();
        if (graphLength > int.MaxValue - 4096)
            throw new ArgumentException($"the network's ONNX file would have {graphLength:N0} bytes; allowed: below 2 GiB, which is all that one file may have");

        var model = new ProtoMessage().Add(1, IrVersion).Add(2, Producer).Add(8, new ProtoMessage().Add(2, OperatorSet));
        foreach (var (key, value) in metadata) model.Add(14, new ProtoMessage().Add(1, key).Add(2, value));
        model.AddHead(7, graphLength);

        using var stream = File.Create(path);
        foreach (var part in new[] { model, graph, nodes, ends }) part.CopyTo(stream);
        foreach (var (initializer, head) in initializers.Zip(heads))
        {
            new ProtoMessage().AddHead(5, head.Length + initializer.DataLength).CopyTo(stream);
            head.CopyTo(stream);
            stream.Write(initializer.Data ?? Bytes(initializer, weights));
        }
    }

    private static ProtoMessage Head(OnnxInitializer initializer)
    {
        var head = new ProtoMessage();
        foreach (var size in initializer.Shape) head.Add(1, size);
        return head.Add(2, initializer.Type).Add(8, initializer.Name).AddHead(9, initializer.DataLength);
    }

    private static byte[] Bytes(OnnxInitializer initializer, IReadOnlyDictionary<string, Tensor> weights)
    {
        if (!weights.TryGetValue(initializer.Name, out var weight)) throw new ArgumentException($"the network has no weight {initializer.Name}");
        if (!weight.shape.SequenceEqual(initializer.Shape))
            throw new ArgumentException($"{initializer.Name} is [{string.Join(", ", weight.shape)}], the graph needs [{string.Join(", ", initializer.Shape)}]");
        using var plain = weight.detach().to_type(ScalarType.Float32).cpu().contiguous();
        return plain.bytes.ToArray();
    }
}
