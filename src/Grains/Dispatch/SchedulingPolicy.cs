using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Dispatch;

/// <summary>
/// In which order jobs are asked for work. Higher classes go first, but a lower one that waits gets one lease in <see cref="LowerClassPeriod"/>. Within a
/// class, submitters share equally and each one's jobs by weight, counted in samples, by start-time fair queuing (Goyal, Vin and Cheng 1996,
/// doi:10.1145/248156.248171) on both levels. A worker keeps to the model it has loaded while no other job is behind by more than
/// <see cref="AffinityLeases"/> leases. Knows no clock and asks nobody.
/// </summary>
internal sealed class SchedulingPolicy
{
    /// <summary>Of so many leases, one goes to a lower class that waits.</summary>
    public const int LowerClassPeriod = 16;

    /// <summary>Leases by which the jobs of a loaded model may run ahead of another's fair share.</summary>
    public const int AffinityLeases = 8;

    private readonly SortedDictionary<JobPriority, PriorityClass> _classes = new(Comparer<JobPriority>.Create((a, b) => b.CompareTo(a)));
    private readonly Dictionary<string, ScheduledJob> _jobs = [];

    public int Count => _jobs.Count;

    public bool Contains(string job) => _jobs.ContainsKey(job);

    /// <summary>Adds a job, or notes what has changed about it.</summary>
    /// <param name="id">The job.</param>
    /// <param name="scheduling">Its class, submitter and weight.</param>
    /// <param name="model">Digest of its model.</param>
    /// <param name="shardSamples">Samples of one of its leases.</param>
    /// <param name="isWaiting">Whether it has work that nobody holds.</param>
    public void Set(string id, JobScheduling scheduling, string model, int shardSamples, bool isWaiting)
    {
        if (_jobs.TryGetValue(id, out var job) && (job.Scheduling.Priority != scheduling.Priority || job.Scheduling.Submitter != scheduling.Submitter))
        {
            Remove(id);
            job = null;
        }
        if (job is null)
        {
            if (!_classes.TryGetValue(scheduling.Priority, out var @class)) _classes.Add(scheduling.Priority, @class = new PriorityClass());
            _jobs.Add(id, job = @class.Add(id, scheduling));
        }
        (job.Scheduling, job.Model, job.ShardSamples) = (scheduling, model, Math.Max(1, shardSamples));
        SetWaiting(id, isWaiting);
    }

    /// <summary>Notes whether a job has work that nobody holds. While it has none, it neither gains on others nor falls behind.</summary>
    public void SetWaiting(string id, bool isWaiting)
    {
        if (_jobs.TryGetValue(id, out var job)) job.Class.SetWaiting(job, isWaiting);
    }

    public void Remove(string id)
    {
        if (!_jobs.Remove(id, out var job)) return;
        job.Class.Remove(job);
        if (job.Class.IsEmpty) _classes.Remove(job.Scheduling.Priority);
    }

    /// <summary>Counts a lease that was given.</summary>
    /// <param name="id">The job.</param>
    /// <param name="samples">Its samples; work without samples is free, though it uses the turn of its class.</param>
    public void Charge(string id, int samples)
    {
        if (!_jobs.TryGetValue(id, out var charged)) return;
        foreach (var other in _classes.Values.Where(other => other != charged.Class && other.IsWaiting)) other.LeasesOfOthers++;
        charged.Class.LeasesOfOthers = 0;
        charged.Class.Charge(charged, samples);
    }

    /// <summary>
    /// All jobs in the order in which they are to be asked: first those that wait. Whoever takes only the first few pays for little more; nothing may change meanwhile.
    /// </summary>
    /// <param name="model">Digest of the model that the worker has loaded, if any.</param>
    public IEnumerable<string> Order(string? model)
    {
        var classes = _classes.Values.Where(one => one.IsWaiting).ToList();
        // The highest class is never due: it goes first anyway.
        var due = classes.Skip(1).Where(one => one.LeasesOfOthers >= LowerClassPeriod - 1).OrderByDescending(one => one.LeasesOfOthers).ToList();
        var waiting = due.Concat(classes.Except(due)).SelectMany(one => one.Order(model));
        return waiting.Concat(_classes.Values.SelectMany(one => one.Idle));
    }
}
