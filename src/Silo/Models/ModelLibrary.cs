using System.Collections.Concurrent;
using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using TorchSharp;

namespace Atelier.Silo.Models;

/// <summary>The models this process can load, by name.</summary>
/// <param name="folders">Folder of each model.</param>
internal sealed class ModelLibrary(IReadOnlyDictionary<string, string> folders) : IModelProvider, IDisposable
{
    private readonly ConcurrentDictionary<(string Digest, string Device), Lazy<Task<LoadedModel>>> _loaded = new();

    /// <inheritdoc/>
    public int CudaDevices => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    /// <inheritdoc/>
    /// <remarks>One intra-op thread, because results depend on their number; the workers of a CPU are parallel by being several.</remarks>
    public void PrepareThread(string device) => torch.set_num_threads(1);

    /// <inheritdoc/>
    public async Task<IImageModel> LoadAsync(string name, string digest, string device, CancellationToken cancellationToken)
    {
        var key = (digest, device);
        var loading = _loaded.GetOrAdd(key, _ => new Lazy<Task<LoadedModel>>(() => Task.Run(() => Open(name, digest), CancellationToken.None)));
        try
        {
            return await loading.Value.WaitAsync(cancellationToken);
        }
        catch when (loading.Value.IsFaulted)
        {
            // What was missing may be there the next time.
            _loaded.TryRemove(new KeyValuePair<(string, string), Lazy<Task<LoadedModel>>>(key, loading));
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var model in _loaded.Values.Where(model => model.IsValueCreated && model.Value.IsCompletedSuccessfully)) model.Value.Result.Dispose();
    }

    private LoadedModel Open(string name, string digest)
    {
        if (!folders.TryGetValue(name, out var path))
            throw new InvalidInputException($"no model '{name}' here; known: {string.Join(", ", folders.Keys.Order(StringComparer.Ordinal))}");
        var folder = ModelFolder.Open(path);
        return folder.Digest == digest
            ? new LoadedModel(folder, folder.LoadNetworks())
            : throw new InvalidInputException($"model '{name}' in {path} has digest {folder.Digest}, the job was made for {digest}");
    }
}
