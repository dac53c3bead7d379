using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Dispatch;

/// <summary>A job in the scheduling policy.</summary>
internal sealed class ScheduledJob(string id, PriorityClass @class, ScheduledSubmitter submitter)
{
    public string Id => id;

    public PriorityClass Class => @class;

    public ScheduledSubmitter Submitter => submitter;

    public JobScheduling Scheduling { get; set; } = new();

    public string Model { get; set; } = "";

    public int ShardSamples { get; set; } = 1;

    public bool IsWaiting { get; set; }

    /// <summary>Samples leased so far over the weight, moved on to the others' when it had nothing to lease.</summary>
    public double Start { get; set; }
}
