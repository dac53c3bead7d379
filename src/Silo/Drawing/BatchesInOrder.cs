using System.Diagnostics;
using System.Runtime.CompilerServices;
using Atelier.Dataset.Parts;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Devices;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Drawing;

/// <summary>
/// The batches of a shard, one after another. While one is denoised, the next waits on the device's own thread with all that it needs, so that the device goes from one
/// to the other without a pause, and what the one after needs is read. Batches that an earlier attempt kept are read, not drawn.
/// </summary>
internal sealed partial class BatchesInOrder(
    DrawingJob job, string worker, DeviceThread device, ShardParts parts, IReadOnlyList<ShardSample[]> batches, BatchClock clock, DrawingProgress progress,
    ILogger logger)
{
    private readonly SamplingSettings _settings = job.Settings;
    private readonly PixelSize _size = job.Model.ImageSizeOf(job.Settings);
    private int _onDevice;
    private int _batch = -1;
    private int _step = -1;

    /// <summary>Whether the device has a batch to draw.</summary>
    public bool IsDrawing => Volatile.Read(ref _onDevice) > 0;

    /// <summary>The batch that is drawn, from 0; -1 before the first.</summary>
    public int Batch => Volatile.Read(ref _batch);

    /// <summary>Its denoising step, from 0; -1 before the first.</summary>
    public int Step => Volatile.Read(ref _step);

    /// <summary>Called on the device's thread after each step with the work that it did, in samples.</summary>
    public Action<double>? OnStep { get; init; }

    /// <summary>Draws or reads them.</summary>
    /// <param name="drain">Ends it after the batch that is being drawn, where that one can be kept, and otherwise at the next step.</param>
    /// <param name="stop">Ends it at the next step.</param>
    /// <returns>What became of each batch, in order. At most one more is drawn than was asked for.</returns>
    public async IAsyncEnumerable<BatchOutcome> RunAsync(CancellationToken drain, [EnumeratorCancellation] CancellationToken stop)
    {
        // What has begun here ends here, whoever gives up.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (next, before, last) = (FetchAsync(0, ended.Token), default(Task<BatchOutcome>), default(Task<BatchOutcome>));
        try
        {
            for (var number = 0; number < batches.Count; number++)
            {
                var inputs = await next;
                if (number + 1 < batches.Count) next = FetchAsync(number + 1, ended.Token);
                last = inputs.Outcomes is { } kept ? Task.FromResult(Read(number, kept)) : DrawAsync(number, inputs.Requests, drain, ended.Token);
                if (before is not null) yield return await before;
                before = last;
            }
            yield return await before!;
        }
        finally
        {
            await ended.CancelAsync();
            foreach (var begun in new Task?[] { next, before, last })
                if (begun is not null) await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<BatchInputs> FetchAsync(int number, CancellationToken cancellationToken)
    {
        var batch = batches[number];
        if (batch[0].Error is not null)
            return new BatchInputs([.. batch.Select(sample => new PartSample(sample.Number, null, sample.Error!.Value.Code, sample.Error.Value.Message, 0, false))], []);
        return await parts.ReadAsync(number, Array.ConvertAll(batch, sample => sample.Number), _size.Area, cancellationToken) is { } kept
            ? new BatchInputs(kept, [])
            : new BatchInputs(null, await ShardSamples.LoadInputsAsync(job, batch, _size, cancellationToken));
    }

    private BatchOutcome Read(int number, IReadOnlyList<PartSample> kept)
    {
        progress.End(number, batches[number].Length);
        return new BatchOutcome(number, kept, IsDrawn: false);
    }

    private async Task<BatchOutcome> DrawAsync(int number, SampleRequest[] requests, CancellationToken drain, CancellationToken stop)
    {
        var batch = batches[number];
        using var now = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // To finish a batch that nothing keeps would be in vain.
        using var draining = drain.Register(() =>
        {
            if (!clock.IsLong) now.Cancel();
        });
        var parent = Activity.Current?.Context ?? default;
        Interlocked.Increment(ref _onDevice);
        try
        {
            var drawn = await device.RunAsync(Draw, now.Token);
            return new BatchOutcome(number, [.. batch.Zip(drawn, SampleOutcomes.Of)], IsDrawn: true);
        }
        finally
        {
            Interlocked.Decrement(ref _onDevice);
        }

        DrawnSample?[] Draw()
        {
            drain.ThrowIfCancellationRequested();
            now.Token.ThrowIfCancellationRequested();
            using var span = WorkerTracing.Part("batch", parent);
            span?.SetTag("atelier.batch", number).SetTag("atelier.samples", batch.Length);
            progress.Begin(number);
            Volatile.Write(ref _batch, number);
            clock.Begin();
            var samples = BatchDrawing.Draw(job.Model, requests, _settings, EndStep, OnRefused, now.Token);
            WorkerMetrics.Drew(worker, job.Spec.Model, batch.Length, job.BatchSize, clock.End());
            progress.End(number, batch.Length);
            return samples;
        }

        void EndStep(int steps)
        {
            WorkerMetrics.Stepped(job.Spec.Model, clock.Step());
            var work = progress.Step(batch.Length, steps);
            Volatile.Write(ref _step, steps - 1);
            OnStep?.Invoke(work);
        }

        void OnRefused(SampleRequest request, Exception error) => LogRefused(error, batch[Array.IndexOf(requests, request)].Number, job.Id);
    }

    /// <summary>What a batch needs: the outcomes where nothing is to be drawn, or else the requests.</summary>
    private sealed record BatchInputs(IReadOnlyList<PartSample>? Outcomes, SampleRequest[] Requests);

    [LoggerMessage(LogLevel.Warning, "The sampler cannot draw sample {Sample} of {Job}")]
    private partial void LogRefused(Exception exception, long sample, string job);
}

/// <summary>What became of a batch.</summary>
/// <param name="Number">The batch, from 0.</param>
/// <param name="Samples">Its samples, in order.</param>
/// <param name="IsDrawn">Whether this attempt drew it; otherwise an earlier one did, or there was nothing to draw.</param>
internal sealed record BatchOutcome(int Number, IReadOnlyList<PartSample> Samples, bool IsDrawn);
