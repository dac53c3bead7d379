using System.Globalization;
using System.Net.ServerSentEvents;
using System.Security.Cryptography;

namespace Atelier.Dashboard.Events;

/// <summary>
/// Hands events to whoever follows their topics. Each topic is read once, however many follow it. Events have ids <c>{epoch}-{number}</c>, where the epoch is this process:
/// who comes back with one gets what he missed, or is told that nobody knows what that was. Whoever follows one job has the ids of the ring that its grain keeps (<see cref="JobStream"/>).
/// </summary>
internal sealed partial class EventHub(EventTopics topics, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<EventHub> logger)
{
    private const int MaxStreams = 2000;
    private const int MaxKept = 10_000;
    private const int EpochBytes = 6;

    // A page that is reloaded comes back before that.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly string _epoch = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EpochBytes));
    private readonly Dictionary<string, FollowedTopic> _followed = new(StringComparer.Ordinal);
    private readonly Queue<(long Number, string Topic, SseItem<string> Item)> _kept = [];
    private long _number;
    private long _forgotten;
    private int _streams;

    /// <summary>Topics that are being read now.</summary>
    public IReadOnlyList<string> Followed
    {
        get { lock (_gate) return [.. _followed.Where(topic => topic.Value.Until is null).Select(topic => topic.Key)]; }
    }

    /// <summary>Begins to follow a job by the ids of its grain's ring; null where too many streams are open.</summary>
    /// <param name="job">Name of the job.</param>
    public EventSubscription? SubscribeToJob(string job)
    {
        lock (_gate)
        {
            if (Open([EventTopics.JobPrefix + job], isOfRing: true) is not { } subscription) return null;
            if (Join(subscription, EventTopics.JobPrefix + job, null).Newest is { } state) subscription.Write(new SseItem<string>(state.Data, state.Type));
            return subscription;
        }
    }

    /// <summary>Begins to follow topics; null where too many streams are open.</summary>
    /// <param name="names">The topics.</param>
    /// <param name="after">Id of the last event that the client knows; null for none.</param>
    public EventSubscription? Subscribe(IReadOnlyList<string> names, string? after)
    {
        lock (_gate)
        {
            if (Open(names, isOfRing: false) is not { } subscription) return null;
            var last = Parse(after);
            var isReset = after is not null && (last is null || last < _forgotten);
            var newest = new List<SseItem<string>>();
            foreach (var name in names)
            {
                var topic = Join(subscription, name, last);
                isReset |= last < topic.Since;
                if (topic.Newest is { } state) newest.Add(new SseItem<string>(state.Data, state.Type));
            }
            var isResumed = after is not null && !isReset;
            subscription.Write(new SseItem<string>($"{{\"epoch\":\"{_epoch}\"}}", "hello") { EventId = isResumed ? null : Id(_number) });
            if (isReset) subscription.Write(new SseItem<string>("{}", "reset") { EventId = Id(_number) });
            foreach (var state in newest) subscription.Write(state);
            foreach (var (number, topic, item) in isResumed ? _kept : [])
                if (number > last && names.Contains(topic)) subscription.Write(item);
            foreach (var name in names.Where(name => _followed[name].Until is not null)) subscription.End(name);
            return subscription;
        }
    }

    /// <summary>Ends a subscription. Topics that nobody follows any more are let go after a while.</summary>
    public void Unsubscribe(EventSubscription subscription)
    {
        lock (_gate)
        {
            _streams--;
            foreach (var name in subscription.Topics)
                if (_followed.TryGetValue(name, out var topic) && topic.Subscriptions.Remove(subscription) && topic.Subscriptions.Count == 0) _ = LetGoAsync(name, topic);
        }
    }

    private EventSubscription? Open(IReadOnlyList<string> names, bool isOfRing)
    {
        if (_streams == MaxStreams) return null;
        _streams++;
        return new EventSubscription(this, names, isOfRing, time, lifetime.ApplicationStopping);
    }

    private FollowedTopic Join(EventSubscription subscription, string name, long? last)
    {
        if (!_followed.TryGetValue(name, out var topic) || (topic.Until is not null && !topic.Owes(last))) _followed[name] = topic = Follow(name);
        topic.Subscriptions.Add(subscription);
        return topic;
    }

    private FollowedTopic Follow(string name)
    {
        var topic = new FollowedTopic(_number, CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping));
        _ = Task.Run(() => PumpAsync(name, topic));
        return topic;
    }

    private async Task PumpAsync(string name, FollowedTopic topic)
    {
        try
        {
            await foreach (var happened in topics.ReadAsync(name, topic.Stop.Token)) Publish(name, topic, happened);
        }
        catch (OperationCanceledException) when (topic.Stop.IsCancellationRequested)
        {
            // Nobody follows it any more.
        }
        catch (Exception failure)
        {
            LogFailed(failure, name);
            lock (_gate)
            {
                if (_followed.GetValueOrDefault(name) == topic) _followed.Remove(name);
                foreach (var subscription in topic.Subscriptions) subscription.Drop();
            }
        }
        lock (_gate)
        {
            // It stays for a while, for those who were away when it ended.
            topic.Until = topic.Last;
            foreach (var subscription in topic.Subscriptions) subscription.End(name);
        }
        topic.Stop.Dispose();
    }

    private void Publish(string name, FollowedTopic topic, TopicEvent happened)
    {
        lock (_gate)
        {
            var item = new SseItem<string>(happened.Data, happened.Type) { EventId = Id(++_number) };
            if (happened.IsState) topic.Newest = happened;
            if (happened.IsKept)
            {
                topic.Last = _number;
                _kept.Enqueue((_number, name, item));
                if (_kept.Count > MaxKept) _forgotten = _kept.Dequeue().Number;
            }
            foreach (var subscription in topic.Subscriptions) subscription.Write(subscription.IsOfRing ? new SseItem<string>(happened.Data, happened.Type) { EventId = happened.Id } : item);
        }
    }

    private async Task LetGoAsync(string name, FollowedTopic topic)
    {
        await Task.Delay(Linger, time);
        lock (_gate)
        {
            if (topic.Subscriptions.Count > 0 || _followed.GetValueOrDefault(name) != topic) return;
            _followed.Remove(name);
            if (topic.Until is null) topic.Stop.Cancel();
        }
    }

    private string Id(long number) => string.Create(CultureInfo.InvariantCulture, $"{_epoch}-{number}");

    private long? Parse(string? id) =>
        id?.Split('-') is [var epoch, var text] && epoch == _epoch && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= _number ? number : null;

    [LoggerMessage(LogLevel.Error, "The events of {Topic} cannot be followed")]
    private partial void LogFailed(Exception failure, string topic);

    private sealed class FollowedTopic(long since, CancellationTokenSource stop)
    {
        /// <summary>Number of the last event before it was followed: who knows less has missed what nobody saw.</summary>
        public long Since { get; } = since;

        /// <summary>Number of the last event that whoever was away is told of.</summary>
        public long Last { get; set; } = since;

        /// <summary>The same once no more can come; null while it may.</summary>
        public long? Until { get; set; }

        /// <summary>Whether somebody who knows the events up to a number, or none, is to be told more.</summary>
        public bool Owes(long? last) => last >= Since && (Until is null || last < Until);

        public CancellationTokenSource Stop => stop;

        public HashSet<EventSubscription> Subscriptions { get; } = [];

        public TopicEvent? Newest { get; set; }
    }
}
