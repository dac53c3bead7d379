using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;

namespace Atelier.Silo.Telemetry;

/// <summary>What the workers of this process measure of themselves, by OpenTelemetry's names and units. Costs nothing while nobody listens.</summary>
internal static class WorkerMetrics
{
    private static readonly string[] States = ["drawing", "idle", "cordoned", "draining", "hung"];
    private static readonly Meter Meter = new("Atelier.Silo");
    private static readonly ConcurrentDictionary<WorkerWatch, bool> Watches = [];
    private static readonly BoundedNames Jobs = new(100);
    private static readonly BoundedNames Models = new(100);

    private static readonly Counter<long> Samples = Meter.CreateCounter<long>(
        "atelier.samples", "{sample}", "Samples whose shard this process has committed, with an image (drawn) or without (failed).");

    private static readonly Histogram<double> StepDuration = Meter.CreateHistogram(
        "atelier.step.duration", "s", "A denoising step of a batch.", null, Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60));

    private static readonly Histogram<double> BatchFill = Meter.CreateHistogram(
        "atelier.batch.fill.ratio", null, "Samples of a batch over its size; the rest is padding.", null, Buckets(0.125, 0.25, 0.5, 0.75, 0.9, 1));

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "atelier.commit.duration", "s", "A commit, until the job has answered.", null, Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60));

    private static readonly Counter<long> Written = Meter.CreateCounter<long>("atelier.shard.written", "By", "Bytes of shard files written, those of attempts that lost too.");

    private static readonly Counter<double> DeviceBusy = Meter.CreateCounter<double>("atelier.device.busy", "s", "Time in which a device drew.");

    private static readonly Counter<long> StoreErrors = Meter.CreateCounter<long>("atelier.store.errors", "{error}", "Calls of workers that the store did not carry out.");

    static WorkerMetrics() => Meter.CreateObservableGauge("atelier.workers", CountWorkers, "{worker}", "Workers of this process, by what they do.");

    /// <summary>A shard's files are written.</summary>
    public static void Wrote(ShardStats stats) => Written.Add(stats.TarBytes + stats.ParquetBytes);

    /// <summary>A job has answered a commit.</summary>
    public static void Committed(string job, string model, ShardStats stats, CommitOutcome outcome, TimeSpan duration)
    {
        CommitDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome switch
        {
            CommitOutcome.Won => "won",
            CommitOutcome.Lost => "lost",
            _ => "refused",
        }));
        if (outcome != CommitOutcome.Won) return;
        Add("drawn", stats.Samples - stats.Failed);
        Add("failed", stats.Failed);

        void Add(string result, long samples)
        {
            if (samples > 0) Samples.Add(samples, new("job_id", Jobs.Of(job)), new("model", Models.Of(model)), new("outcome", result));
        }
    }

    /// <summary>A step is done.</summary>
    public static void Stepped(string model, TimeSpan duration) => StepDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("model", Models.Of(model)));

    /// <summary>A batch is drawn.</summary>
    public static void Drew(string worker, string model, int samples, int batchSize, TimeSpan duration)
    {
        BatchFill.Record((double)samples / batchSize, new KeyValuePair<string, object?>("model", Models.Of(model)));
        DeviceBusy.Add(duration.TotalSeconds, new KeyValuePair<string, object?>("worker", worker));
    }

    /// <summary>The store has failed.</summary>
    public static void StoreFailed() => StoreErrors.Add(1);

    /// <summary>Counts workers by their states, whenever it is asked, until the watch is disposed.</summary>
    public static IDisposable Watch(Func<IEnumerable<string>> states)
    {
        var watch = new WorkerWatch(states);
        Watches.TryAdd(watch, true);
        return watch;
    }

    private static IEnumerable<Measurement<int>> CountWorkers()
    {
        var counts = Watches.Keys.SelectMany(watch => watch.States()).CountBy(state => state).ToDictionary();
        return States.Select(state => new Measurement<int>(counts.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state)));
    }

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };

    private sealed class WorkerWatch(Func<IEnumerable<string>> states) : IDisposable
    {
        public Func<IEnumerable<string>> States => states;

        public void Dispose() => Watches.TryRemove(this, out _);
    }
}
