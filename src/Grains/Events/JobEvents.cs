using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Events;

/// <summary>
/// What has happened to a job, as one activation knows it: what it has seen, and once that was read from the store, decisions and failures from before it. Older events are
/// dropped. Single-threaded, as a grain is.
/// </summary>
/// <param name="epoch">Tells the activation from others.</param>
/// <param name="time">The time.</param>
internal sealed class JobEvents(string epoch, TimeProvider time)
{
    /// <summary>Events that are kept.</summary>
    public const int Capacity = 1000;

    private readonly Queue<JobEvent> _seen = new();
    private ImmutableArray<JobEvent> _before = [];

    // What was before has the numbers below.
    private long _next = Capacity;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Since when this activation sees for itself.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Whether what was before is known.</summary>
    public bool HasBefore { get; private set; }

    /// <summary>Notes what happens now.</summary>
    public void Add(Reason what, string? by = null, int? shard = null, string? worker = null)
    {
        _seen.Enqueue(new JobEvent { Id = IdOf(_next++), At = time.GetUtcNow(), Code = what.Code, Message = what.Text, By = by, Shard = shard, Worker = worker });
        if (_seen.Count > Capacity) _seen.Dequeue();
        var more = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        more.SetResult();
    }

    /// <summary>Learns what was before; the first to tell is believed.</summary>
    /// <param name="events">What happened, with any ids; what this activation has seen is passed over.</param>
    public void Learn(IEnumerable<JobEvent> events)
    {
        if (HasBefore) return;
        HasBefore = true;
        var before = events.Where(one => one.At < Since).OrderBy(one => one.At).TakeLast(Capacity).ToList();
        _before = [.. before.Select((one, i) => one with { Id = IdOf(Capacity - before.Count + i) })];
    }

    /// <summary>What has happened after an event, as far as it is known; after a <see cref="JobCodes.Reset"/> all that is known, where that event is not known any more.</summary>
    public ImmutableArray<JobEvent> After(string? id)
    {
        // What was before goes when the events that followed it do.
        List<JobEvent> known = _seen.Count == _next - Capacity ? [.. _before, .. _seen] : [.. _seen];
        if (id is null) return [.. known];
        var first = _next - known.Count;
        if (NumberOf(id) is { } number && number >= first - 1 && number < _next) return [.. known.Skip((int)(number - first + 1))];
        var reset = new JobEvent { Id = IdOf(first - 1), At = time.GetUtcNow(), Code = JobCodes.Reset, Message = "what happened before may be missing" };
        return [reset, .. known];
    }

    /// <summary>What has happened after an event, and then what happens, until the watcher or the activation ends.</summary>
    public async IAsyncEnumerable<JobEvent> WatchAsync(string? after, CancellationToken ended, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
        while (true)
        {
            var more = _more.Task;
            foreach (var one in After(after))
            {
                yield return one;
                after = one.Id;
            }
            await more.WaitAsync(stop.Token);
        }
    }

    private string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{epoch}-{number}");

    private long? NumberOf(string id) =>
        id.StartsWith($"{epoch}-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
