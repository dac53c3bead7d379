namespace Atelier.Grains.Dispatch;

/// <summary>A submitter in one priority class of the scheduling policy.</summary>
internal sealed class ScheduledSubmitter(string name)
{
    public string Name => name;

    public List<ScheduledJob> Jobs { get; } = [];

    /// <summary>Jobs that have work which nobody holds.</summary>
    public int Waiting { get; set; }

    /// <summary>Samples leased so far, moved on to the others' when no job had anything to lease.</summary>
    public double Start { get; set; }

    /// <summary>Where among its own jobs the fair share is: the start of the job that was charged last.</summary>
    public double VirtualTime { get; set; }
}
