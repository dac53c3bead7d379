using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Dispatch;

/// <summary>The jobs of one priority class: start-time fair queuing between submitters, and between the jobs of each by weight.</summary>
internal sealed class PriorityClass
{
    private readonly Dictionary<string, ScheduledSubmitter> _submitters = new(StringComparer.Ordinal);
    private double _virtualTime;

    /// <summary>Leases that other classes got while this one was waiting.</summary>
    public int LeasesOfOthers { get; set; }

    public bool IsEmpty => _submitters.Count == 0;

    public bool IsWaiting => _submitters.Values.Any(submitter => submitter.Waiting > 0);

    /// <summary>Jobs that have nothing which nobody holds.</summary>
    public IEnumerable<string> Idle => _submitters.Values.SelectMany(submitter => submitter.Jobs).Where(job => !job.IsWaiting).Select(job => job.Id);

    public ScheduledJob Add(string id, JobScheduling scheduling)
    {
        if (!_submitters.TryGetValue(scheduling.Submitter, out var submitter))
            _submitters.Add(scheduling.Submitter, submitter = new ScheduledSubmitter(scheduling.Submitter) { Start = _virtualTime });
        var job = new ScheduledJob(id, this, submitter) { Start = submitter.VirtualTime };
        submitter.Jobs.Add(job);
        return job;
    }

    public void Remove(ScheduledJob job)
    {
        SetWaiting(job, false);
        job.Submitter.Jobs.Remove(job);
        if (job.Submitter.Jobs.Count == 0) _submitters.Remove(job.Submitter.Name);
    }

    public void SetWaiting(ScheduledJob job, bool isWaiting)
    {
        if (job.IsWaiting == isWaiting) return;
        job.IsWaiting = isWaiting;
        job.Submitter.Waiting += isWaiting ? 1 : -1;
        if (!IsWaiting) LeasesOfOthers = 0;
        if (!isWaiting) return;
        // Who had nothing to lease does not get later what others took meanwhile.
        job.Start = Math.Max(job.Start, job.Submitter.VirtualTime);
        if (job.Submitter.Waiting == 1) job.Submitter.Start = Math.Max(job.Submitter.Start, _virtualTime);
    }

    public void Charge(ScheduledJob job, int samples)
    {
        var submitter = job.Submitter;
        // An affine worker may take a job that is ahead; the fair share is where the one furthest behind is.
        _virtualTime = Math.Max(_virtualTime, FurthestBehind(_submitters.Values.Where(one => one.Waiting > 0), one => one.Start, submitter.Start));
        submitter.VirtualTime = Math.Max(submitter.VirtualTime, FurthestBehind(submitter.Jobs.Where(one => one.IsWaiting), one => one.Start, job.Start));
        submitter.Start += samples;
        job.Start += (double)samples / job.Scheduling.Weight;
    }

    /// <summary>Waiting jobs, the one furthest behind its fair share first; before it those of the loaded model that are not too far ahead.</summary>
    public IEnumerable<string> Order(string? model)
    {
        var fair = _submitters.Values.Where(submitter => submitter.Waiting > 0).OrderBy(submitter => submitter.Start).ThenBy(submitter => submitter.Name, StringComparer.Ordinal)
            .SelectMany(submitter => submitter.Jobs.Where(job => job.IsWaiting).OrderBy(job => job.Start).ThenBy(job => job.Id, StringComparer.Ordinal));
        if (model is null || fair.FirstOrDefault() is not { } first || first.Model == model) return fair.Select(job => job.Id);
        var slack = SchedulingPolicy.AffinityLeases * (double)fair.Max(job => job.ShardSamples);
        var behind = first.Submitter.Start;
        var affine = fair.Where(job => job.Model == model
            && job.Submitter.Start - behind <= slack
            && (job.Start - FirstOf(job.Submitter)) * job.Scheduling.Weight <= slack);
        return affine.Concat(fair).Distinct().Select(job => job.Id);
    }

    private static double FirstOf(ScheduledSubmitter submitter) => submitter.Jobs.Where(job => job.IsWaiting).Min(job => job.Start);

    private static double FurthestBehind<T>(IEnumerable<T> waiting, Func<T, double> start, double otherwise) =>
        waiting.Select(start).DefaultIfEmpty(otherwise).Min();
}
