using System.Collections.Concurrent;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Models;

/// <summary>The models that there are, and those that only jobs name, with the jobs.</summary>
internal sealed class ModelsInUse(ModelCatalogue catalogue, JobList list, IStore store)
{
    private const int JobsRead = 200;
    private const int MostKept = 10_000;

    // What was asked of a job does not change; another job of the name has been created at another time.
    private readonly ConcurrentDictionary<(string Job, DateTimeOffset? Created), JobSpec?> _specs = new();

    /// <summary>All of them, by their names.</summary>
    public async Task<IReadOnlyList<UsedModel>> ReadAsync(CancellationToken cancellationToken)
    {
        var models = (await catalogue.ListAsync(cancellationToken)).ToDictionary(model => model.Digest, model => new UsedModel(model, []), StringComparer.Ordinal);
        foreach (var job in (await list.ReadAllAsync(cancellationToken)).Jobs.OrderByDescending(job => job.Created).Take(JobsRead))
        {
            if (await SpecOf(job, cancellationToken) is not { } spec) continue;
            var known = models.GetValueOrDefault(spec.ModelDigest) ?? new UsedModel(new KnownModel(spec.Model, spec.ModelDigest), []);
            models[spec.ModelDigest] = known with { Model = known.Model with { Name = known.Model.Name ?? spec.Model }, Jobs = [.. known.Jobs, job.JobId] };
        }
        return [.. models.Values.OrderBy(one => one.Model.Name, StringComparer.Ordinal).ThenBy(one => one.Model.Digest, StringComparer.Ordinal)];
    }

    private async Task<JobSpec?> SpecOf(JobListing job, CancellationToken cancellationToken)
    {
        if (_specs.TryGetValue((job.JobId, job.Created), out var known)) return known;
        JobSpec? spec;
        try
        {
            spec = (await JobFiles.ReadRecordAsync(store, job.JobId, cancellationToken))?.Spec;
        }
        catch (Abstractions.InvalidInputException)
        {
            spec = null;
        }
        if (_specs.Count >= MostKept) _specs.Clear();
        _specs[(job.JobId, job.Created)] = spec;
        return spec;
    }
}

/// <summary>A model and the newest jobs that name it.</summary>
internal sealed record UsedModel(KnownModel Model, IReadOnlyList<string> Jobs);
