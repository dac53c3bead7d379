using Atelier.Dataset.Labels;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>What people have written on jobs, in memory: a listing every few seconds at most, however many ask. What was written here is known at once, what was elsewhere after that time.</summary>
internal sealed class LabelBook(IStore store, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Reading _reading = new([], null, 0);
    private int _expired;

    /// <summary>What is written on a job; null where nothing is.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="created">When it was created: what was written on another of its name is not told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JobLabels?> FindAsync(string job, DateTimeOffset? created, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).GetValueOrDefault(job).Labels is { } labels && labels.JobCreated == created ? labels : null;

    /// <summary>What is written on jobs, by their names, with the number of its version.</summary>
    public async Task<IReadOnlyDictionary<string, (int Number, JobLabels? Labels)>> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(_reading)) return _reading.Jobs;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (IsFresh(_reading)) return _reading.Jobs;
            var (known, expired, at) = (_reading.Jobs, Volatile.Read(ref _expired), time.GetTimestamp());
            var jobs = new Dictionary<string, (int, JobLabels?)>(StringComparer.Ordinal);
            foreach (var (job, number) in await JobLabelFiles.ListAsync(store, cancellationToken))
                jobs[job] = known.TryGetValue(job, out var version) && version.Number == number ? version : (number, await JobLabelFiles.ReadAsync(store, job, number, cancellationToken));
            _reading = new Reading(jobs, at, expired);
        }
        catch (IOException)
        {
            // Jobs are to be seen all the same, with what was last known.
        }
        finally
        {
            _gate.Release();
        }
        return _reading.Jobs;
    }

    /// <summary>Reads the store before the next answer.</summary>
    public void Expire() => Interlocked.Increment(ref _expired);

    public void Dispose() => _gate.Dispose();

    private bool IsFresh(Reading reading) => reading.At is { } at && reading.Expired == Volatile.Read(ref _expired) && time.GetElapsedTime(at) < Fresh;

    private sealed record Reading(Dictionary<string, (int Number, JobLabels? Labels)> Jobs, long? At, int Expired);
}
