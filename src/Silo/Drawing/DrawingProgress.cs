using Atelier.Dataset.Parts;

namespace Atelier.Silo.Drawing;

/// <summary>
/// Counts the samples of a shard that are drawn. Parts that wait to be read count from the start, until one turns out to be of no use. The device's thread counts what it
/// draws, another one what is read.
/// </summary>
internal sealed class DrawingProgress
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, int> _waiting;
    private readonly double[] _shares;
    private readonly Action<double> _report;
    private double _done;

    /// <summary>Counts what earlier attempts left.</summary>
    /// <param name="batches">The shard's batches, in order.</param>
    /// <param name="parts">What earlier attempts left.</param>
    /// <param name="costs">What each step of a batch costs, in any unit.</param>
    /// <param name="report">Told the number whenever it changes.</param>
    public DrawingProgress(IEnumerable<ShardSample[]> batches, ShardParts parts, IReadOnlyList<double> costs, Action<double> report)
    {
        (_shares, _report) = (Cumulative(costs), report);
        _waiting = batches.Index().Where(batch => parts.Has(batch.Index)).ToDictionary(batch => batch.Index, batch => batch.Item.Length);
        _done = _waiting.Values.Sum();
        _report(_done);
    }

    /// <summary>A batch is to be drawn; a part of it that there seemed to be does not count any more.</summary>
    public void Begin(int batch)
    {
        lock (_lock)
        {
            if (_waiting.Remove(batch, out var samples)) _done -= samples;
            _report(_done);
        }
    }

    /// <summary>A step of the batch is done, the first is 1.</summary>
    /// <returns>The work of that step, in samples.</returns>
    public double Step(int samples, int step)
    {
        lock (_lock) _report(_done + samples * _shares[step]);
        return samples * (_shares[step] - _shares[step - 1]);
    }

    // Share of a batch's work that is done after 0, 1, 2, ... steps.
    private static double[] Cumulative(IReadOnlyList<double> costs)
    {
        var (shares, total) = (new double[costs.Count + 1], costs.Sum());
        for (var step = 0; step < costs.Count; step++) shares[step + 1] = shares[step] + costs[step] / total;
        return shares;
    }

    /// <summary>A batch is done, drawn or read.</summary>
    public void End(int batch, int samples)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(batch)) _done += samples;
            _report(_done);
        }
    }
}
