using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;

namespace Atelier.Silo.Models;

/// <summary>Puts models into the store, from which workers fetch those that they do not have.</summary>
public static class ModelUpload
{
    /// <summary>Puts a model under its digest, unless it is there. When the task completes, it is whole and durable. Safe to repeat.</summary>
    /// <param name="store">The store.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Gives up; what was written stays and is not wrong.</param>
    /// <exception cref="InvalidDataException">A file of the model cannot have its name in a store, or the store has another one in its place.</exception>
    public static Task PutAsync(IStore store, ModelFolder model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return StoredModel.PutAsync(store, model.Digest, model.Path, model.Files, cancellationToken);
    }
}
