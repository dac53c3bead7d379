using System.Collections.Concurrent;
using System.Diagnostics;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>What the devices of real workers did and when, in ticks of <see cref="Stopwatch"/>. Holds the models, so that batches can be drawn again.</summary>
/// <param name="options">The workers whose models these are.</param>
public sealed class DrawLog(WorkerOptions options) : IDisposable
{
    private readonly ConcurrentQueue<DrawnBatch> _batches = [];

    /// <summary>When a model was first asked for: the first worker had its lease. 0 before.</summary>
    public long FirstLoadBegun { get; private set; }

    /// <summary>When it was there. 0 before.</summary>
    public long FirstLoadEnded { get; private set; }

    /// <summary>Batches in the order in which they were done.</summary>
    public IReadOnlyCollection<DrawnBatch> Batches => _batches;

    internal ModelLibrary Library { get; } = new(options, store: null);

    /// <summary>Frees the models.</summary>
    public void Dispose() => Library.Dispose();

    internal void BeginLoad()
    {
        lock (_batches)
        {
            if (FirstLoadBegun == 0) FirstLoadBegun = Stopwatch.GetTimestamp();
        }
    }

    internal void EndLoad()
    {
        lock (_batches)
        {
            if (FirstLoadEnded == 0) FirstLoadEnded = Stopwatch.GetTimestamp();
        }
    }

    internal DrawnSample[] Draw(
        IImageModel model, bool beginsShard, IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep,
        CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var drawn = model.Draw(requests, settings, onStep, cancellationToken);
        _batches.Enqueue(new DrawnBatch(
            Environment.CurrentManagedThreadId, beginsShard, begun, Stopwatch.GetTimestamp(), requests.Count, () => model.Draw(requests, settings, null, CancellationToken.None)));
        return drawn;
    }
}
