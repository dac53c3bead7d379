using System.Collections.Concurrent;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Fleet;
using Atelier.Dashboard.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Models;

/// <summary>The models that jobs name and workers have loaded.</summary>
internal sealed class KnownModels(FleetReader fleet, JobList list, IStore store)
{
    private const int JobsRead = 200;
    private const int MostKept = 10_000;

    // What was asked of a job does not change; another job of the name has been created at another time.
    private readonly ConcurrentDictionary<(string Job, DateTimeOffset? Created), JobSpec?> _specs = new();

    /// <summary>Those of the newest jobs and of the workers, by their names.</summary>
    public async Task<IReadOnlyList<KnownModel>> ReadAsync(CancellationToken cancellationToken)
    {
        var models = new Dictionary<string, KnownModel>(StringComparer.Ordinal);
        foreach (var worker in (await fleet.TryReadAsync(cancellationToken))?.Silos.SelectMany(silo => silo.Workers) ?? [])
        {
            if (worker is { Model: { } name, Worker.ModelDigest: { } digest }) models[digest] = Get(digest, name) is var known ? known with { Workers = known.Workers + 1 } : known;
        }
        foreach (var job in (await list.ReadAllAsync(cancellationToken)).Jobs.OrderByDescending(job => job.Created).Take(JobsRead))
        {
            if (await SpecOf(job, cancellationToken) is { } spec)
                models[spec.ModelDigest] = Get(spec.ModelDigest, spec.Model) is var known ? known with { Jobs = [.. known.Jobs, job.JobId] } : known;
        }
        return [.. models.Values.OrderBy(model => model.Name, StringComparer.Ordinal).ThenBy(model => model.Digest, StringComparer.Ordinal)];

        KnownModel Get(string digest, string name) => models.GetValueOrDefault(digest) ?? new KnownModel(name, digest, 0, []);
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

/// <summary>A model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">SHA-256 of its folder's contents.</param>
/// <param name="Workers">Workers that have it loaded.</param>
/// <param name="Jobs">The newest jobs that it drew or draws.</param>
internal sealed record KnownModel(string Name, string Digest, int Workers, IReadOnlyList<string> Jobs);
