using System.Collections.Concurrent;
using Atelier.Abstractions;
using Atelier.Diffusion.Models;

namespace Atelier.Silo.Models;

/// <summary>The models this process can load, by name.</summary>
/// <param name="folders">Folder of each model.</param>
internal sealed class ModelLibrary(IReadOnlyDictionary<string, string> folders) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<LoadedModel>> _loaded = new();

    /// <summary>Loads a model, once.</summary>
    /// <exception cref="InvalidInputException">No such model here, or its contents are not those the job was made for.</exception>
    /// <exception cref="InvalidDataException">The folder is damaged.</exception>
    public LoadedModel Load(string name, string digest)
    {
        if (!folders.TryGetValue(name, out var path))
            throw new InvalidInputException($"no model '{name}' here; known: {string.Join(", ", folders.Keys.Order(StringComparer.Ordinal))}");
        var model = _loaded.GetOrAdd(name, _ => new Lazy<LoadedModel>(() => Open(path))).Value;
        return model.Folder.Digest == digest
            ? model
            : throw new InvalidInputException($"model '{name}' in {path} has digest {model.Folder.Digest}, the job was made for {digest}");
    }

    public void Dispose()
    {
        foreach (var model in _loaded.Values.Where(model => model.IsValueCreated)) model.Value.Dispose();
    }

    private static LoadedModel Open(string path)
    {
        var folder = ModelFolder.Open(path);
        return new LoadedModel(folder, folder.LoadNetworks());
    }
}
