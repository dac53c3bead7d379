using Atelier.Dataset.Parts;

namespace Atelier.Silo.Workers;

/// <summary>Counts the samples of a shard that are drawn. Parts that wait to be read count from the start, until one turns out to be of no use.</summary>
internal sealed class DrawingProgress
{
    private readonly Dictionary<int, int> _waiting;
    private readonly int _steps;
    private readonly Action<double> _report;
    private double _done;

    /// <summary>Counts what earlier attempts left.</summary>
    /// <param name="batches">The shard's batches, in order.</param>
    /// <param name="parts">What earlier attempts left.</param>
    /// <param name="steps">Steps of a batch.</param>
    /// <param name="report">Told the number whenever it changes.</param>
    public DrawingProgress(IEnumerable<ShardSample[]> batches, ShardParts parts, int steps, Action<double> report)
    {
        (_steps, _report) = (steps, report);
        _waiting = batches.Index().Where(batch => parts.Has(batch.Index)).ToDictionary(batch => batch.Index, batch => batch.Item.Length);
        _done = _waiting.Values.Sum();
        _report(_done);
    }

    /// <summary>A batch is to be drawn; a part of it that there seemed to be does not count any more.</summary>
    public void Begin(int batch)
    {
        if (_waiting.Remove(batch, out var samples)) _done -= samples;
        _report(_done);
    }

    /// <summary>Steps of the batch are done.</summary>
    public void Step(int samples, int step) => _report(_done + (double)samples * step / _steps);

    /// <summary>A batch is done, drawn or read.</summary>
    public void End(int batch, int samples)
    {
        if (!_waiting.Remove(batch)) _done += samples;
        _report(_done);
    }
}
