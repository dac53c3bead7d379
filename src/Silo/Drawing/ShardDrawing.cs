using System.Threading.Channels;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Shards;
using Atelier.Silo.Devices;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Drawing;

/// <summary>
/// One attempt at one shard. Three stages overlap: what the next batches need is read, the device thread denoises them, and finished ones, of which few wait, are
/// encoded and written. Batches of a shard that takes long are also kept as parts, and those that earlier attempts kept are not drawn again.
/// </summary>
internal sealed partial class ShardDrawing(DrawingJob job, string worker, DeviceThread device, TimeProvider time, ILogger logger)
{
    private List<ShardSample> _samples = [];
    private ShardAttempt? _attempt;
    private ShardParts? _parts;
    private volatile BatchesInOrder? _batches;
    private double _drawn;
    private int _partsExist;
    private bool _hasKeptPart;
    private bool _waitsForWriter;

    /// <summary>Samples drawn so far, those of earlier attempts' parts included; a batch half denoised counts half.</summary>
    public double Drawn => Volatile.Read(ref _drawn);

    /// <summary>Whether there are parts in the store to be removed once the shard is promoted.</summary>
    public bool HasParts => Volatile.Read(ref _partsExist) != 0;

    /// <summary>The batch that is drawn, from 0; -1 before the first.</summary>
    public int Batch => _batches?.Batch ?? -1;

    /// <summary>Its denoising step, from 0; -1 before the first.</summary>
    public int Step => _batches?.Step ?? -1;

    /// <summary>Whether the device waits for finished batches to be written; a slow store is no device that stands still.</summary>
    public bool WaitsForWriter => Volatile.Read(ref _waitsForWriter) && _batches is not { IsDrawing: true };

    /// <summary>Called when the first batch of this attempt is kept as a part.</summary>
    public Func<Task>? OnFirstPartKept { get; init; }

    /// <summary>Called after each step with the work that it did, in samples.</summary>
    public Action<double>? OnStep { get; init; }

    /// <summary>Called when the shard needs neither device nor model any more, while its last batches are being written, and waited for.</summary>
    public Func<Task>? OnDrawn { get; init; }

    /// <summary>Reads what is to be drawn, and what earlier attempts left. Writes nothing.</summary>
    /// <param name="lease">The lease, which names the attempt.</param>
    /// <param name="numericsClass">The numerics class of this worker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrepareAsync(WorkLease lease, string numericsClass, CancellationToken cancellationToken)
    {
        _samples = await ShardSamples.LoadAsync(job, lease.Shard, cancellationToken);
        _attempt = new ShardAttempt
        {
            Job = job.Id,
            Incarnation = job.Record.Incarnation,
            Spec = job.Spec,
            Plan = job.Plan,
            Shard = lease.Shard,
            Attempt = lease.Id,
            NumericsClass = numericsClass,
        };
        _parts = new ShardParts(job.Store, _attempt);
        await _parts.FindAsync(cancellationToken);
    }

    /// <summary>Draws and writes the shard as a new attempt, once it is prepared; nothing is committed.</summary>
    /// <param name="drain">
    /// Ends the attempt after the batch that is being drawn, where that one can be kept, and otherwise at the next step. An attempt that is in its
    /// last batch ends by being finished.
    /// </param>
    /// <param name="stop">Ends the attempt at the next step.</param>
    public async Task<ShardStats> RunAsync(CancellationToken drain, CancellationToken stop)
    {
        if (_attempt is null || _parts is null) throw new InvalidOperationException($"a shard of {job.Id} is not prepared");
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var finished = Channel.CreateBounded<SampleResult[]>(2);
        var drawing = DrawAsync(_parts, finished.Writer, drain, failed.Token);
        try
        {
            await using var writer = await ShardWriter.OpenAsync(job.Store, _attempt, failed.Token);
            await foreach (var batch in finished.Reader.ReadAllAsync(failed.Token))
            {
                using var encoding = WorkerTracing.Part("encode");
                foreach (var sample in batch) await writer.AddAsync(sample, failed.Token);
            }
            await drawing;
            using var upload = WorkerTracing.Part("upload");
            var stats = await writer.CompleteAsync(stop);
            WorkerMetrics.Wrote(stats);
            return stats;
        }
        catch
        {
            await failed.CancelAsync();
            await drawing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task DrawAsync(ShardParts parts, ChannelWriter<SampleResult[]> finished, CancellationToken drain, CancellationToken stop)
    {
        var keeping = Task.CompletedTask;
        try
        {
            var (size, costs) = (job.Model.ImageSizeOf(job.Settings), job.Model.StepCosts(job.Settings));
            var windows = BatchPlanning.Windows(_samples, job.BatchSize, sample => sample.Kind).ToList();
            var batches = windows.SelectMany(window => window).ToList();
            var clock = new BatchClock(time, batches.Count(batch => batch[0].Error is null), costs.Count);
            var progress = new DrawingProgress(batches, parts, costs, drawn => Volatile.Write(ref _drawn, drawn));
            Volatile.Write(ref _partsExist, parts.Any ? 1 : 0);
            _batches = new BatchesInOrder(job, worker, device, parts, batches, clock, progress, logger) { OnStep = OnStep };

            await using var outcomes = _batches.RunAsync(drain, stop).GetAsyncEnumerator(CancellationToken.None);
            foreach (var window in windows)
            {
                var results = new List<SampleResult>();
                var isMixed = window.Any(batch => batch[0].Kind != window[0][0].Kind);
                foreach (var batch in window)
                {
                    await outcomes.MoveNextAsync();
                    var outcome = outcomes.Current;
                    if (outcome.IsDrawn)
                    {
                        // One part is on its way at a time, beside the next batches, so that memory stays bounded.
                        await keeping;
                        if (clock.IsLong) keeping = KeepAsync(parts, outcome);
                    }
                    results.AddRange(batch.Zip(outcome.Samples, (sample, drawn) => SampleOutcomes.ToResult(job, sample, drawn, size)));
                    if (outcome.Number == batches.Count - 1 && OnDrawn is not null) await OnDrawn();
                    // Batches of different kinds are in order only when the window is done.
                    if (isMixed) continue;
                    await HandOverAsync([.. results]);
                    results.Clear();
                }
                if (isMixed) await HandOverAsync([.. results.OrderBy(result => result.Sample)]);
            }
            finished.Complete();
        }
        catch (Exception error)
        {
            finished.Complete(error);
            throw;
        }
        finally
        {
            await keeping;
        }

        async Task HandOverAsync(SampleResult[] batch)
        {
            Volatile.Write(ref _waitsForWriter, true);
            await finished.WriteAsync(batch, stop);
            Volatile.Write(ref _waitsForWriter, false);
        }
    }

    private async Task KeepAsync(ShardParts parts, BatchOutcome outcome)
    {
        Volatile.Write(ref _partsExist, 1);
        try
        {
            // Not cancelled: the batch is drawn, and whatever ended the attempt, the next one is glad of it.
            await parts.KeepAsync(outcome.Number, outcome.Samples, CancellationToken.None);
            if (_hasKeptPart) return;
            _hasKeptPart = true;
            if (OnFirstPartKept is not null) await OnFirstPartKept();
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            // A part only saves work. If the store is in trouble for longer, the shard's own files will say so.
            LogNotKept(lost, outcome.Number, job.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Batch {Batch} of a shard of {Job} could not be kept; should the shard be drawn again, so must the batch")]
    private partial void LogNotKept(Exception exception, int batch, string job);
}
