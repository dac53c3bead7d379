using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Golden;

/// <summary>A temporary folder with copies of golden cases, to be damaged.</summary>
internal sealed class GoldenCopy : IDisposable
{
    public GoldenCopy(params string[] cases)
    {
        foreach (var name in cases)
        {
            var target = Directory.CreateDirectory(Path.Combine(FullName, name)).FullName;
            foreach (var file in Directory.EnumerateFiles(GoldenFolder.Find(name)!))
                File.WriteAllBytes(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
    }

    public string FullName { get; } = Directory.CreateTempSubdirectory("golden-").FullName;

    /// <summary>Replaces text in a case.json, which must hold it.</summary>
    public void EditJson(string name, string old, string replacement)
    {
        var file = Path.Combine(FullName, name, "case.json");
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Changes the tensors of a case.</summary>
    public void EditTensors(string name, Action<Dictionary<string, Tensor>> edit)
    {
        using var scope = NewDisposeScope();
        var file = Path.Combine(FullName, name, "tensors.safetensors");
        var tensors = Safetensors.Read(file).ToDictionary();
        edit(tensors);
        Safetensors.Write(file, tensors);
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
