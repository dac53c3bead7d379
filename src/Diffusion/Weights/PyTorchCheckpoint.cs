using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// Checkpoints of PyTorch's <c>torch.save</c> (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>), in the zip format of 1.6 and later and in the legacy
/// format before it (PyTorch documentation, "Serialization semantics"; pytorch/pytorch, torch/serialization.py). Both hold a program for
/// Python's pickle machine (PEP 307, PEP 3154), which in Python could run anything. Here it can build tensors and plain values; a file that
/// mentions anything else is refused before any tensor is read. Every number is checked before it is used.
/// </summary>
/// <remarks>
/// The tensors are those of the outermost dictionary that holds any: the object itself, or a dictionary below a key such as
/// <c>state_dict</c> or <c>model</c>. Known element types: float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool.
/// </remarks>
public static class PyTorchCheckpoint
{
    /// <summary>Reads and checks all but the elements.</summary>
    /// <param name="path">File to read.</param>
    /// <param name="stateDict">Which state dict, see <see cref="Checkpoint.Open"/>.</param>
    /// <returns>What each tensor is, by name, in file order.</returns>
    /// <exception cref="InvalidDataException">
    /// Not a checkpoint, a truncated, inconsistent or hostile one, or one in which it is not clear which tensors are meant; the message
    /// names file and reason.
    /// </exception>
    public static IReadOnlyDictionary<string, TensorEntry> ReadHeader(string path, string? stateDict = null) => ReadHeaderOf(path, stateDict).Header;

    /// <summary>
    /// Reads tensors one after the other; the caller owns each. Views are copied out of what they view, so that no two share memory.
    /// </summary>
    /// <param name="path">File to read.</param>
    /// <param name="stateDict">Which state dict, see <see cref="Checkpoint.Open"/>.</param>
    /// <returns>Names and contiguous CPU tensors, in file order but for those that share a storage, which follow the first of them.</returns>
    /// <exception cref="InvalidDataException">As <see cref="ReadHeader"/>.</exception>
    public static IEnumerable<KeyValuePair<string, Tensor>> Read(string path, string? stateDict = null)
    {
        using var file = CheckpointFile.Open(path);
        // Each storage is read once, as far as tensors need it, and only one is in memory at a time.
        foreach (var views in NamedTensors.Find(file, path, stateDict).Tensors.GroupBy(entry => entry.Tensor.Storage))
        {
            (string Name, TensorReference Tensor)[] filled = [.. views.Where(view => view.Tensor.Elements > 0)];
            foreach (var (name, view) in views.Except(filled)) yield return new(name, empty(view.Shape, dtype: views.Key.DType));
            if (filled.Length == 0) continue;

            var start = filled.Min(view => view.Tensor.Offset);
            using var elements = ReadElements(file, path, views.Key, start, filled.Max(view => view.Tensor.End) - start);
            foreach (var (name, view) in filled) yield return new(name, CopyView(elements, view, view.Offset - start, alone: filled.Length == 1));
        }
    }

    /// <summary>The header, and the keys that led to it, joined by dots.</summary>
    internal static (string StateDict, IReadOnlyDictionary<string, TensorEntry> Header) ReadHeaderOf(string path, string? stateDict)
    {
        using var file = CheckpointFile.Open(path);
        var (found, tensors) = NamedTensors.Find(file, path, stateDict);
        return (found, tensors.ToDictionary(entry => entry.Name, entry => new TensorEntry(entry.Tensor.Storage.DType, entry.Tensor.Shape)));
    }

    private static Tensor ReadElements(CheckpointFile file, string path, StorageReference storage, long start, long count) =>
        ContentBoundary.Read(path, $"{CheckpointError.Problem}: storage '{PrintableText.Of(storage.Key)}' is damaged", () =>
        {
            using var stream = file.OpenStorage(storage);
            Skip(stream, start * storage.ElementSize);
            return TensorBytes.Read([count], storage.DType, stream);
        });

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            return;
        }
        var buffer = new byte[Math.Min(bytes, 1 << 16)];
        for (; bytes > 0; bytes -= Math.Min(bytes, buffer.Length)) stream.ReadExactly(buffer, 0, (int)Math.Min(bytes, buffer.Length));
    }

    private static Tensor CopyView(Tensor elements, TensorReference view, long offset, bool alone)
    {
        var strided = elements.as_strided(view.Shape, view.Strides, offset);
        if (alone && strided.is_contiguous()) return strided;
        using (strided)
        {
            var copy = empty(view.Shape, dtype: elements.dtype);
            copy.copy_(strided);
            return copy;
        }
    }
}
