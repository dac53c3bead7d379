using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Fleet;
using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Stores;
using Atelier.Input;

namespace Atelier.Dashboard.Models;

/// <summary>The models that jobs may name: those of this machine, of the workers, and of the store.</summary>
internal sealed class ModelCatalogue(DashboardOptions options, FleetReader fleet, IStore store)
{
    /// <summary>All of them, by name, then digest.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<KnownModel>> ListAsync(CancellationToken cancellationToken)
    {
        var models = options.Models.ToDictionary(model => model.Digest, StringComparer.Ordinal);
        await foreach (var digest in StoredModel.ListAsync(store, cancellationToken))
        {
            var model = models.GetValueOrDefault(digest) ?? new KnownModel(null, digest);
            if (model.Kind is null && await StoredModel.ReadConfigAsync(store, digest, cancellationToken) is { } config) model = ModelConfigFile.Describe(model, config);
            models[digest] = model with { IsInStore = true };
        }
        var silos = (await fleet.TryReadAsync(cancellationToken))?.Silos ?? [];
        foreach (var offer in silos.SelectMany(silo => silo.Models))
        {
            var model = models.GetValueOrDefault(offer.Digest) ?? new KnownModel(offer.Name, offer.Digest);
            models[offer.Digest] = (model.Kind is null ? ModelConfigFile.Describe(model, Encoding.UTF8.GetBytes(offer.Config)) : model) with { Name = model.Name ?? offer.Name };
        }
        foreach (var worker in silos.SelectMany(silo => silo.Workers))
        {
            if (worker is not { Worker.ModelDigest: { } digest, Model: var name }) continue;
            var model = models.GetValueOrDefault(digest) ?? new KnownModel(name, digest);
            models[digest] = model with { Name = model.Name ?? name, Workers = model.Workers + 1 };
        }
        return [.. models.Values.OrderBy(model => model.Name is null).ThenBy(model => model.Name, StringComparer.Ordinal).ThenBy(model => model.Digest, StringComparer.Ordinal)];
    }

    /// <summary>The spec with the digest of the model that it names, where it has none, checked as far as it can be without the model itself.</summary>
    /// <exception cref="InvalidInputException">A setting is not allowed, or the name is not that of one model.</exception>
    public async Task<(JobSpec Spec, KnownModel? Model)> ResolveAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var models = await ListAsync(cancellationToken);
        if (string.IsNullOrEmpty(spec.ModelDigest))
        {
            var named = models.Where(model => model.Name == spec.Model).ToList();
            if (named.Count == 0)
            {
                var known = string.Join(", ", models.Select(model => model.Name).OfType<string>().Distinct());
                throw new InvalidInputException($"model is '{PrintableText.Of(spec.Model)}', of which no digest is known; give model_digest, or one of: {(known.Length == 0 ? "(none known)" : known)}");
            }
            // This machine's own goes first: it is what its user means.
            var own = options.Models.FirstOrDefault(model => model.Name == spec.Model);
            if (named.Count > 1 && own is null) throw new InvalidInputException($"model is '{PrintableText.Of(spec.Model)}', and workers have {named.Count} models of that name; give model_digest: {string.Join(", ", named.Select(model => model.Digest))}");
            spec = spec with { ModelDigest = (own ?? named[0]).Digest };
        }
        JobSpecRules.Check(spec);
        var found = models.FirstOrDefault(model => model.Digest == spec.ModelDigest);
        if (found is { Timesteps: { } most } && spec.Steps > most) throw new InvalidInputException($"steps is '{spec.Steps}'; allowed: 1 to {most}, the timesteps of model '{spec.Model}'");
        return (spec, found);
    }
}
