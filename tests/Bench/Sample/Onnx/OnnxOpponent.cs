using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>The same network in ONNX Runtime: a session a worker, each with its threads, all optimisations, one operator after another.</summary>
internal sealed class OnnxOpponent : IDisposable
{
    private readonly List<InferenceSession> _sessions = [];
    private readonly List<Dictionary<string, OrtValue>> _inputs = [];
    private readonly RunOptions _run = new();
    private readonly string _output;

    /// <summary>Opens the file, a session for each batch.</summary>
    /// <param name="file">The file.</param>
    /// <param name="batches">What to run it on.</param>
    /// <param name="threads">Threads of a session.</param>
    /// <exception cref="InvalidDataException">It is no ONNX file, or its inputs are not those of a UNet of this shape.</exception>
    public OnnxOpponent(string file, IReadOnlyList<Batch> batches, int threads)
    {
        if (!File.Exists(file)) throw new InvalidDataException($"{file} is missing; --export-onnx writes it");
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // The size is known before the graph is optimised, as if it had been exported with it.
        options.AddFreeDimensionOverrideByName("N", batches[0].X.shape[0]);
        try
        {
            foreach (var batch in batches)
            {
                _sessions.Add(new InferenceSession(file, options));
                _inputs.Add(Inputs(file, _sessions[^1], batch));
            }
        }
        catch (OnnxRuntimeException bad)
        {
            throw new InvalidDataException($"{file}: {bad.Message}", bad);
        }
        _output = _sessions[0].OutputMetadata.Count == 1
            ? _sessions[0].OutputMetadata.Keys.Single()
            : throw new InvalidDataException($"{file} has outputs {string.Join(", ", _sessions[0].OutputMetadata.Keys)}; allowed: one");
    }

    /// <summary>What <see cref="OnnxFile.Write"/> said the weights are; null in other files.</summary>
    public string? Weights => _sessions[0].ModelMetadata is { ProducerName: OnnxFile.Producer } metadata
        ? metadata.CustomMetadataMap.GetValueOrDefault(UNetExport.WeightsKey)
        : null;

    /// <summary>Runs one worker's batch and leaves the output.</summary>
    public void Call(int worker)
    {
        using var outputs = Run(worker);
    }

    /// <summary>The greatest difference from another output for the same input.</summary>
    /// <param name="worker">Whose batch.</param>
    /// <param name="expected">[N, 6, H, W] on the CPU.</param>
    /// <returns>Largest absolute difference, and the largest absolute value there is.</returns>
    public (double Difference, double Largest) Compare(int worker, Tensor expected)
    {
        using var outputs = Run(worker);
        var ours = expected.data<float>().ToArray();
        var theirs = outputs[0].GetTensorDataAsSpan<float>();
        if (ours.Length != theirs.Length) throw new InvalidDataException($"the ONNX file's output has {theirs.Length} numbers; expected: {ours.Length}");
        var (difference, largest) = (0.0, 0.0);
        for (var i = 0; i < ours.Length; i++)
            (difference, largest) = (Math.Max(difference, Math.Abs(ours[i] - theirs[i])), Math.Max(largest, Math.Abs(ours[i])));
        return (difference, largest);
    }

    public void Dispose()
    {
        foreach (var value in _inputs.SelectMany(inputs => inputs.Values)) value.Dispose();
        foreach (var session in _sessions) session.Dispose();
        _run.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(int worker) => _sessions[worker].Run(_run, _inputs[worker], [_output]);

    private static Dictionary<string, OrtValue> Inputs(string file, InferenceSession session, Batch batch)
    {
        var known = new Dictionary<string, Tensor?>
        {
            [UNetGraph.X] = batch.X,
            [UNetGraph.Timesteps] = batch.Timesteps,
            [UNetGraph.TextProjection] = batch.Text?.Vector,
            [UNetGraph.TextSequence] = batch.Text?.Sequence,
        };
        var inputs = new Dictionary<string, OrtValue>();
        foreach (var (name, metadata) in session.InputMetadata)
        {
            if (known.GetValueOrDefault(name) is not { } tensor)
                throw new InvalidDataException($"{file} has an input '{name}', which this network has not; known: {string.Join(", ", known.Keys)}");
            if (metadata.Dimensions.Length != tensor.dim() || metadata.Dimensions.Zip(tensor.shape).Any(sizes => sizes.First >= 0 && sizes.First != sizes.Second))
                throw new InvalidDataException($"{file}: input '{name}' is [{string.Join(", ", metadata.Dimensions)}]; expected: [{string.Join(", ", tensor.shape)}]");
            using var plain = tensor.cpu().contiguous();
            inputs.Add(name, metadata.ElementDataType switch
            {
                Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => OrtValue.CreateTensorValueFromMemory(plain.to_type(ScalarType.Float32).data<float>().ToArray(), tensor.shape),
                Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => OrtValue.CreateTensorValueFromMemory(plain.to_type(ScalarType.Int64).data<long>().ToArray(), tensor.shape),
                var type => throw new InvalidDataException($"{file}: input '{name}' is of type {type}; allowed: float32, int64"),
            });
        }
        return inputs;
    }
}
