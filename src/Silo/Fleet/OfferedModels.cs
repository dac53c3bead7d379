using System.Collections.Immutable;
using Atelier.Abstractions.Fleet;
using Atelier.Diffusion.Models;
using Atelier.Silo.Hosting;

namespace Atelier.Silo.Fleet;

/// <summary>The models of this silo's folders, which it tells the fleet of so that jobs can name them. Their digests take reading every byte, so they come some time after the start.</summary>
internal sealed class OfferedModels(WorkerOptions options)
{
    private ImmutableArray<ModelOffer> _models = [];

    /// <summary>Those that are known by now, by their names.</summary>
    public ImmutableArray<ModelOffer> Known => _models;

    /// <summary>Reads them one after another. Never throws: what jobs would be refused for is not offered.</summary>
    public void Read(CancellationToken cancellationToken)
    {
        foreach (var (name, path) in options.Models.OrderBy(model => model.Key, StringComparer.Ordinal))
        {
            if (cancellationToken.IsCancellationRequested) return;
            try
            {
                var folder = ModelFolder.Open(path);
                ImmutableInterlocked.Update(ref _models, models => models.Add(new ModelOffer(name, folder.Digest, folder.Describe())));
            }
            catch (Exception unusable) when (unusable is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // Workers say why when a job names it.
            }
        }
    }
}
