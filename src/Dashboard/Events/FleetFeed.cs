using System.Runtime.CompilerServices;
using System.Text.Json;
using Atelier.Dashboard.Fleet;
using Atelier.Dashboard.Json;

namespace Atelier.Dashboard.Events;

/// <summary>The events of the workers: <c>worker</c>, which have changed, and <c>fleet</c>, how many do what; every two seconds at most, as silos report.</summary>
internal sealed class FleetFeed(FleetReader reader, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>What changes.</summary>
    public async IAsyncEnumerable<TopicEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, WorkerView>();
        FleetCounts? told = null;
        while (true)
        {
            if (await reader.TryReadAsync(cancellationToken) is { } fleet)
            {
                var workers = WorkerView.Of(fleet);
                var now = workers.DistinctBy(worker => worker.Id).ToDictionary(worker => worker.Id);
                var changed = now.Values.Where(worker => !worker.Equals(known.GetValueOrDefault(worker.Id))).ToList();
                var gone = known.Keys.Where(worker => !now.ContainsKey(worker)).ToList();
                if (changed.Count + gone.Count > 0) yield return new TopicEvent("worker", JsonSerializer.Serialize(new WorkersChange(changed, gone, fleet.AsOf), ApiJson.Options));
                var counts = FleetCounts.Of(workers);
                if (counts != told) yield return new TopicEvent("fleet", JsonSerializer.Serialize(counts, ApiJson.Options), IsState: true);
                (known, told) = (now, counts);
            }
            await Task.Delay(Period, time, cancellationToken);
        }
    }
}

/// <summary>Which workers have changed.</summary>
/// <param name="Changed">Those that are new or do something else.</param>
/// <param name="Gone">Ids of those that are no more.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record WorkersChange(IReadOnlyList<WorkerView> Changed, IReadOnlyList<Guid> Gone, DateTimeOffset AsOf);
