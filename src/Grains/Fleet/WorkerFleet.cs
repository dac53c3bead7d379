using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;

namespace Atelier.Grains.Fleet;

/// <summary>What the silos have reported, and what their workers are to do.</summary>
internal sealed class WorkerFleet(TimeProvider time)
{
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, (SiloReport Report, long At)> _silos = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, WorkerOrder> _orders = [];

    /// <summary>Notes a report.</summary>
    /// <returns>What the silo's workers are to do.</returns>
    public FleetOrders Report(SiloReport report)
    {
        Forget();
        // Of a worker that is new here, what another activation has told it holds.
        foreach (var state in report.Workers) _orders.TryAdd(state.Worker.Id, state.Order);
        if (_silos.TryGetValue(report.Silo, out var last)) Remove(last.Report.Workers.Except(report.Workers, SameWorker.Instance));
        _silos[report.Silo] = (report, time.GetTimestamp());
        return new FleetOrders(report.Workers.Select(state => state.Worker.Id).Distinct().Where(worker => _orders[worker] != WorkerOrder.None).ToImmutableDictionary(worker => worker, worker => _orders[worker]));
    }

    public FleetState List()
    {
        Forget();
        return new FleetState(
            [.. _silos.Values.Select(silo => new SiloState(
                silo.Report.Silo,
                time.GetElapsedTime(silo.At),
                [.. silo.Report.Workers.Select(state => state with { Order = _orders[state.Worker.Id] })])
                {
                    // A silo of an earlier version says nothing of them.
                    Models = silo.Report.Models.IsDefault ? [] : silo.Report.Models,
                })],
            time.GetUtcNow());
    }

    /// <summary>Tells workers what to do; they hear of it when their silo reports next.</summary>
    /// <exception cref="InvalidInputException">There is no such worker and no such silo.</exception>
    public void Tell(string target, WorkerOrder order)
    {
        Forget();
        var told = _silos.Values.SelectMany(silo => silo.Report.Workers.Where(state =>
            silo.Report.Silo == target || state.Worker.Name == target || (Guid.TryParse(target, out var id) && state.Worker.Id == id))).ToList();
        if (told.Count == 0)
            throw new InvalidInputException($"'{target}' is no worker and no silo with workers; known: {(_silos.Count == 0 ? "none" : string.Join(", ", Known().Take(20)))}");
        foreach (var state in told) _orders[state.Worker.Id] = order;
    }

    private IEnumerable<string> Known() => _silos.Values.SelectMany(silo => silo.Report.Workers.Select(state => state.Worker.Name));

    private void Forget()
    {
        foreach (var (silo, (report, _)) in _silos.Where(silo => time.GetElapsedTime(silo.Value.At) > ForgottenAfter).ToList())
        {
            _silos.Remove(silo);
            Remove(report.Workers);
        }
    }

    private void Remove(IEnumerable<WorkerState> workers)
    {
        foreach (var state in workers) _orders.Remove(state.Worker.Id);
    }

    private sealed class SameWorker : IEqualityComparer<WorkerState>
    {
        public static readonly SameWorker Instance = new();

        public bool Equals(WorkerState? one, WorkerState? other) => one?.Worker.Id == other?.Worker.Id;

        public int GetHashCode(WorkerState state) => state.Worker.Id.GetHashCode();
    }
}
