using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Atelier.Dashboard.Events;

/// <summary>One client's stream of events. One that reads too slowly is not waited for: it is told to fetch everything again.</summary>
internal sealed class EventSubscription(EventHub hub, IReadOnlyList<string> topics, bool isOfRing, TimeProvider time, CancellationToken stopping) : IDisposable
{
    private const int MaxWaiting = 256;
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(15);

    private readonly Channel<SseItem<string>> _waiting = Channel.CreateBounded<SseItem<string>>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly HashSet<string> _going = new(topics, StringComparer.Ordinal);
    private volatile bool _isDropped;
    private int _isDisposed;

    /// <summary>What it follows.</summary>
    public IReadOnlyList<string> Topics => topics;

    /// <summary>Whether events have the ids of the ring of the job's grain, and not the hub's.</summary>
    public bool IsOfRing => isOfRing;

    /// <summary>Gives it an event. Called by the hub, one at a time.</summary>
    public void Write(SseItem<string> item)
    {
        if (!_waiting.Writer.TryWrite(item)) Drop();
    }

    /// <summary>Says that nothing more comes of a topic; with the last one, the stream ends.</summary>
    public void End(string topic)
    {
        if (_going.Remove(topic) && _going.Count == 0) _waiting.Writer.TryComplete();
    }

    /// <summary>Gives it up.</summary>
    public void Drop()
    {
        if (_waiting.Writer.TryComplete()) _isDropped = true;
    }

    /// <summary>The events, until there can be no more, or this process stops.</summary>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        using var pings = new PeriodicTimer(PingPeriod, time);
        var (more, ping) = (_waiting.Reader.WaitToReadAsync(stop.Token).AsTask(), pings.WaitForNextTickAsync(stop.Token).AsTask());
        while (true)
        {
            await Task.WhenAny(more, ping);
            if (stop.IsCancellationRequested) break;
            if (more.IsCompleted)
            {
                if (!await more) break;
                while (_waiting.Reader.TryRead(out var item)) yield return item;
                more = _waiting.Reader.WaitToReadAsync(stop.Token).AsTask();
            }
            if (!ping.IsCompleted) continue;
            yield return new SseItem<string>("{}", "ping");
            ping = pings.WaitForNextTickAsync(stop.Token).AsTask();
        }
        if (stopping.IsCancellationRequested) yield return new SseItem<string>("{}", "bye");
        else if (_isDropped) yield return new SseItem<string>("{}", "reset");
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) hub.Unsubscribe(this);
    }
}
