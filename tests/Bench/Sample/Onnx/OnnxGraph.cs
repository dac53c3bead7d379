using System.Runtime.InteropServices;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>
/// An ONNX graph in the making (operator set 17), and the floating-point operations of its matrix products and convolutions: two a multiplication
/// and addition, for one image. Shapes are those of a batch of one; in the file the first axis is <c>N</c>.
/// </summary>
internal sealed class OnnxGraph
{
    private const int Float = 1, Int64 = 7;                                             // TensorProto.DataType
    private readonly ProtoMessage _nodes = new();
    private readonly ProtoMessage _ends = new();
    private readonly List<OnnxInitializer> _initializers = [];
    private int _count;

    /// <summary>Multiplications and additions for one image.</summary>
    public long Flops { get; private set; }

    /// <summary>The two-dimensional convolutions in order.</summary>
    public List<OnnxConvolution> Convolutions { get; } = [];

    /// <summary>Initializers that are weights of the network: state-dict keys.</summary>
    public IEnumerable<string> Weights => _initializers.Where(initializer => initializer.Data is null).Select(initializer => initializer.Name);

    /// <summary>Declares an input.</summary>
    public OnnxValue Input(string name, params long[] shape)
    {
        _ends.Add(11, Declaration(name, Float, shape));
        return new OnnxValue(name, shape);
    }

    /// <summary>Declares the output.</summary>
    public void Output(OnnxValue value, string name)
    {
        _ = Node("Identity", [value], value.Shape, name);
        _ends.Add(12, Declaration(name, Float, value.Shape));
    }

    /// <summary>A weight of the network.</summary>
    /// <param name="key">Its state-dict key.</param>
    /// <param name="shape">Its shape.</param>
    public OnnxValue Weight(string key, params long[] shape)
    {
        _initializers.Add(new OnnxInitializer(key, Float, shape, null));
        return new OnnxValue(key, shape);
    }

    /// <summary>Constant numbers.</summary>
    public OnnxValue Numbers(float[] values, params long[] shape) => Constant(Float, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <summary>A constant vector of integers.</summary>
    public OnnxValue Integers(params long[] values) => Constant(Int64, MemoryMarshal.AsBytes(values.AsSpan()), values.Length);

    /// <summary>Any operator with one output.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="inputs">Inputs; null is an optional one that is left out.</param>
    /// <param name="shape">Shape of the output.</param>
    /// <param name="attributes">Integers, lists of integers, floats and strings by name.</param>
    public OnnxValue Node(string operation, OnnxValue?[] inputs, long[] shape, params (string Name, object Value)[] attributes) =>
        Node(operation, inputs, shape, null, attributes);

    /// <summary>The operator Split along one axis, into equal parts.</summary>
    public OnnxValue[] Split(OnnxValue x, int axis, int parts)
    {
        var shape = (long[])x.Shape.Clone();
        shape[axis] /= parts;
        var lengths = Integers([.. Enumerable.Repeat(shape[axis], parts)]);
        OnnxValue[] outputs = [.. Enumerable.Range(0, parts).Select(_ => new OnnxValue(Next("Split"), shape))];
        Add("Split", [x, lengths], [.. outputs.Select(output => output.Name)], ("axis", axis));
        return outputs;
    }

    /// <summary>A convolution with its bias.</summary>
    /// <param name="key">Prefix of the state-dict keys.</param>
    /// <param name="x">[N, C, H, W] or [N, C, L].</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernel">1 or 3; the padding keeps the size.</param>
    /// <param name="stride">1 or 2.</param>
    public OnnxValue Conv(string key, OnnxValue x, long outChannels, long kernel, long stride = 1)
    {
        var axes = x.Shape.Length - 2;
        long[] shape = [x.Shape[0], outChannels, .. x.Shape[2..].Select(size => size / stride)];
        var weight = Weight($"{key}.weight", [outChannels, x.Shape[1], .. Same(kernel, axes)]);
        if (axes == 2) Convolutions.Add(new OnnxConvolution(x.Shape[1], outChannels, kernel, stride, shape[^1]));
        Flops += 2 * Product(weight.Shape) * Product(shape[2..]);
        return Node(
            "Conv", [x, weight, Weight($"{key}.bias", outChannels)], shape, ("dilations", Same(1, axes)), ("group", 1L), ("kernel_shape", Same(kernel, axes)),
            ("pads", Same(kernel / 2, 2 * axes)), ("strides", Same(stride, axes)));
    }

    /// <summary>A linear layer over rows.</summary>
    public OnnxValue Linear(string key, OnnxValue x, long outChannels)
    {
        Flops += 2 * x.Shape[1] * outChannels;
        return Node(
            "Gemm", [x, Weight($"{key}.weight", outChannels, x.Shape[1]), Weight($"{key}.bias", outChannels)], [x.Shape[0], outChannels], ("alpha", 1f),
            ("beta", 1f), ("transB", 1L));
    }

    /// <summary>A product of batches of matrices.</summary>
    public OnnxValue MatMul(OnnxValue left, OnnxValue right)
    {
        Flops += 2 * Product(left.Shape) * right.Shape[^1];
        return Node("MatMul", [left, right], [.. left.Shape[..^1], right.Shape[^1]]);
    }

    /// <summary>The whole file, but for what the weights are.</summary>
    /// <param name="metadata">Pairs to be found in the file's metadata.</param>
    public OnnxFile Finish(params (string Key, string Value)[] metadata) => new(_nodes, _ends, _initializers, metadata);

    private OnnxValue Node(string operation, OnnxValue?[] inputs, long[] shape, string? name, params (string Name, object Value)[] attributes)
    {
        var output = new OnnxValue(name ?? Next(operation), shape);
        Add(operation, inputs, [output.Name], attributes);
        return output;
    }

    private void Add(string operation, OnnxValue?[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoMessage();
        foreach (var input in inputs) node.Add(1, input?.Name ?? "");
        foreach (var output in outputs) node.Add(2, output);
        node.Add(3, $"/{outputs[0]}").Add(4, operation);
        foreach (var (name, value) in attributes) node.Add(5, Attribute(name, value));
        _nodes.Add(1, node);
    }

    private OnnxValue Constant(int type, ReadOnlySpan<byte> bytes, params long[] shape)
    {
        var name = Next("Constant");
        _initializers.Add(new OnnxInitializer(name, type, shape, bytes.ToArray()));
        return new OnnxValue(name, shape);
    }

    private string Next(string operation) => $"{operation}_{_count++}";

    private static ProtoMessage Attribute(string name, object value)
    {
        var attribute = new ProtoMessage().Add(1, name);
        switch (value)
        {
            case float number: return attribute.Add(2, number).Add(20, 1);
            case long or int: return attribute.Add(3, Convert.ToInt64(value, null)).Add(20, 2);
            case string text: return attribute.Add(4, text).Add(20, 3);
            case long[] numbers:
                foreach (var number in numbers) attribute.Add(8, number);
                return attribute.Add(20, 7);
            default: throw new ArgumentException($"attribute {name} is a {value.GetType()}; allowed: numbers, strings and lists of integers");
        }
    }

    private static ProtoMessage Declaration(string name, int type, long[] shape)
    {
        var axes = new ProtoMessage().Add(1, new ProtoMessage().Add(2, "N"));
        foreach (var size in shape[1..]) axes.Add(1, new ProtoMessage().Add(1, size));
        var tensor = new ProtoMessage().Add(1, type).Add(2, axes);
        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }

    private static long[] Same(long value, int count) => [.. Enumerable.Repeat(value, count)];

    private static long Product(IEnumerable<long> factors) => factors.Aggregate(1L, (product, factor) => product * factor);
}
