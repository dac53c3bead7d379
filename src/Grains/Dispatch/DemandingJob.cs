namespace Atelier.Grains.Dispatch;

/// <summary>A job that has announced itself, and what it answered lately.</summary>
internal sealed class DemandingJob(string id, TimeProvider time)
{
    // A job whose work is all held has at most a slow shard to give: asking it now and then is enough.
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromMilliseconds(500);

    // Some of what a job waits for is announced by nobody, such as the end of the pause after its recovery.
    private static readonly TimeSpan RefusalPeriod = TimeSpan.FromSeconds(1);

    private readonly Dictionary<WorkerKind, long> _refusals = [];
    private long? _asked;
    private long? _lost;

    public string Id => id;

    /// <summary>Pieces of work that nobody holds.</summary>
    public int Open { get; private set; }

    /// <summary>Calls that it has not answered yet.</summary>
    public int Asking { get; private set; }

    /// <summary>Learns what the job says: whatever it has answered before may hold no longer.</summary>
    public void Announce(int open)
    {
        Open = open;
        _lost = null;
        _refusals.Clear();
    }

    /// <summary>Whether it makes sense to ask for a worker of that kind. Never are more calls on their way than there is work.</summary>
    public bool MayBeAsked(WorkerKind kind)
    {
        if (_lost is { } lost && time.GetElapsedTime(lost) < RefusalPeriod) return false;
        if (Open == 0 ? Asking > 0 || (_asked is { } asked && time.GetElapsedTime(asked) < IdlePeriod) : Asking >= Open) return false;
        return !_refusals.TryGetValue(kind, out var refused) || time.GetElapsedTime(refused) >= RefusalPeriod;
    }

    public void Ask()
    {
        Asking++;
        _asked = time.GetTimestamp();
    }

    public void Refuse(WorkerKind kind)
    {
        Asking--;
        _refusals[kind] = time.GetTimestamp();
    }

    /// <summary>Notes a call that came to nothing through no fault of the worker.</summary>
    public void Lose()
    {
        Asking--;
        _lost = time.GetTimestamp();
    }

    public void Give()
    {
        Asking--;
        Open = Math.Max(0, Open - 1);
    }
}
