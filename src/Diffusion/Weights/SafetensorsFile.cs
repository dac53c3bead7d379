using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>An open safetensors file, whose tensors can be read in any order.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly FileStream _file;
    private readonly SafetensorsHeader _header;

    /// <summary>Opens a file; reads and checks its header only.</summary>
    /// <exception cref="InvalidDataException">Not a safetensors file, or a truncated or inconsistent one; the message names file and reason.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        _file = RegularFile.OpenRead(path);
        try
        {
            _header = SafetensorsHeader.Read(_file, path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>What each tensor is, by name, in file order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Reads one tensor, which the caller owns.</summary>
    /// <param name="name">One of <see cref="Entries"/>.</param>
    /// <exception cref="InvalidDataException">The file ends early.</exception>
    public Tensor Read(string name)
    {
        var entry = _header.Entries[name];
        return ContentBoundary.Read(Path, $"{SafetensorsHeader.Problem}: tensor '{PrintableText.Of(name)}' is damaged", () =>
        {
            _file.Position = _header.DataStart + entry.Offset;
            return TensorBytes.Read(entry.Shape, entry.DType, _file);
        });
    }

    public void Dispose() => _file.Dispose();
}
