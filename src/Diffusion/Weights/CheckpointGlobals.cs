using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The names that a checkpoint may mention, and what they stand for here. Nothing is looked up by name anywhere else, so that a checkpoint
/// can reach no code but <see cref="CheckpointCalls"/>.
/// </summary>
internal static class CheckpointGlobals
{
    /// <summary>What may be called.</summary>
    internal enum Function { OrderedDict, Size, RebuildTensor, RebuildParameter }

    /// <summary>A class like torch.FloatStorage, which stands for its element type.</summary>
    internal sealed record StorageClass(ScalarType DType);

    private static readonly Dictionary<(string Module, string Name), object> s_known = new()
    {
        [("collections", "OrderedDict")] = Function.OrderedDict,
        [("torch", "Size")] = Function.Size,
        [("torch._utils", "_rebuild_tensor")] = Function.RebuildTensor,
        [("torch._utils", "_rebuild_tensor_v2")] = Function.RebuildTensor,
        [("torch._utils", "_rebuild_parameter")] = Function.RebuildParameter,
        [("torch", "DoubleStorage")] = new StorageClass(ScalarType.Float64),
        [("torch", "FloatStorage")] = new StorageClass(ScalarType.Float32),
        [("torch", "HalfStorage")] = new StorageClass(ScalarType.Float16),
        [("torch", "BFloat16Storage")] = new StorageClass(ScalarType.BFloat16),
        [("torch", "LongStorage")] = new StorageClass(ScalarType.Int64),
        [("torch", "IntStorage")] = new StorageClass(ScalarType.Int32),
        [("torch", "ShortStorage")] = new StorageClass(ScalarType.Int16),
        [("torch", "CharStorage")] = new StorageClass(ScalarType.Int8),
        [("torch", "ByteStorage")] = new StorageClass(ScalarType.Byte),
        [("torch", "BoolStorage")] = new StorageClass(ScalarType.Bool),
        [("torch", "float64")] = ScalarType.Float64,
        [("torch", "float32")] = ScalarType.Float32,
        [("torch", "float16")] = ScalarType.Float16,
        [("torch", "bfloat16")] = ScalarType.BFloat16,
        [("torch", "int64")] = ScalarType.Int64,
        [("torch", "int32")] = ScalarType.Int32,
        [("torch", "int16")] = ScalarType.Int16,
        [("torch", "int8")] = ScalarType.Int8,
        [("torch", "uint8")] = ScalarType.Byte,
        [("torch", "bool")] = ScalarType.Bool,
    };

    /// <exception cref="InvalidDataException">It is none of these.</exception>
    public static object Find(string path, string module, string name) =>
        s_known.TryGetValue((module, name), out var known) ? known : throw CheckpointError.Forbidden(path, $"{module}.{name}");
}
