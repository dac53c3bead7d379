using Atelier.Input;
using static Atelier.Diffusion.Weights.CheckpointGlobals;

namespace Atelier.Diffusion.Weights;

/// <summary>What the functions of <see cref="CheckpointGlobals"/> compute, and PyTorch's persistent ids, which name storages.</summary>
internal sealed class CheckpointCalls(string path)
{
    private const int MaxTensors = 1 << 18;

    // So that the number of bytes is one that can be counted.
    private const long MaxElements = 1L << 59;

    private readonly Dictionary<string, StorageReference> _storages = [];
    private int _tensors;

    /// <summary>The storages that were mentioned, by key.</summary>
    public IReadOnlyDictionary<string, StorageReference> Storages => _storages;

    /// <summary>Instruction REDUCE: a function applied to a tuple.</summary>
    public object? Call(object? function, object? arguments) => (function, arguments) switch
    {
        (Function.OrderedDict, object?[] and []) => new PickleDictionary(),
        (Function.OrderedDict, object?[] and [List<object?> pairs]) => OrderedDict(pairs),
        (Function.Size, object?[] and [object?[] or List<object?>]) => Integers(((object?[])arguments)[0]),
        // Storage, offset, size, stride; then requires_grad, backward hooks and metadata, which say nothing about the values.
        (Function.RebuildTensor, object?[] and [StorageReference storage, long offset, var size, var strides, ..]) =>
            Tensor(storage, offset, [.. Integers(size).Cast<long>()], [.. Integers(strides).Cast<long>()]),
        (Function.RebuildParameter, object?[] and [TensorReference tensor, ..]) => tensor,
        _ => throw CheckpointError.Unusable(path, $"its pickle calls {Describe(function)} with arguments that it does not take"),
    };

    /// <summary>A persistent id: ("storage", class, key, device, number of elements) and, in the legacy format, None.</summary>
    public StorageReference Storage(object? id)
    {
        if (id is not (object?[] and (["storage", StorageClass, string, string, long] or ["storage", StorageClass, string, string, long, null])))
            throw CheckpointError.Unusable(path, "its pickle has a persistent id that names no storage");
        var parts = (object?[])id;
        var storage = new StorageReference(((StorageClass)parts[1]!).DType, (string)parts[2]!, (long)parts[4]!);
        if (storage.Length is < 0 or > MaxElements)
            throw CheckpointError.Unusable(path, $"storage '{PrintableText.Of(storage.Key)}' has {storage.Length} elements");
        if (!_storages.TryAdd(storage.Key, storage) && _storages[storage.Key] != storage)
            throw CheckpointError.Unusable(path, $"storage '{PrintableText.Of(storage.Key)}' is described in two ways");
        return _storages[storage.Key];
    }

    private PickleDictionary OrderedDict(List<object?> pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                object?[] and [var first, var second] => (first, second),
                List<object?> and [var first, var second] => (first, second),
                _ => throw CheckpointError.Unusable(path, "its pickle makes an OrderedDict of something else than pairs"),
            };
            if (!dictionary.TryAdd(key, value))
                throw CheckpointError.Unusable(path, $"a dictionary has the key '{PrintableText.Of((string)key!)}' twice");
        }
        return dictionary;
    }

    private TensorReference Tensor(StorageReference storage, long offset, long[] shape, long[] strides)
    {
        if (++_tensors > MaxTensors) throw CheckpointError.Unusable(path, $"it has more than {MaxTensors} tensors");
        return TensorReference.TryCreate(storage, offset, shape, strides, out var problem) ?? throw CheckpointError.Unusable(path, problem!);
    }

    // As the object array that a tuple is.
    private object?[] Integers(object? sequence)
    {
        object?[] values = sequence switch
        {
            object?[] tuple => tuple,
            List<object?> list => [.. list],
            _ => throw CheckpointError.Unusable(path, "its pickle has a tensor whose size or stride is no tuple"),
        };
        return values.All(value => value is long) ? values : throw CheckpointError.Unusable(path, "its pickle has a size or stride that is no integer");
    }

    private static string Describe(object? function) => function is Function known ? known.ToString() : "something that is no function";
}
