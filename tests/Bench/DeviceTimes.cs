using System.Collections.Concurrent;
using System.Diagnostics;
using Atelier.Diffusion.Pipelines;

namespace Atelier.Bench;

/// <summary>When each simulated device drew which batch. A device is the thread that draws on it.</summary>
/// <param name="shardSize">Samples of a shard; each is a row.</param>
internal sealed class DeviceTimes(int shardSize)
{
    private readonly ConcurrentDictionary<int, Device> _devices = [];

    /// <summary>A batch begins.</summary>
    public void Begin(IReadOnlyList<SampleRequest> requests)
    {
        var device = _devices.GetOrAdd(Environment.CurrentManagedThreadId, _ => new Device());
        var now = Stopwatch.GetTimestamp();
        device.Due = now;
        device.Batches.Add(new Batch(BenchJob.RowOf(requests[0].Prompt) / shardSize, now, now));
    }

    /// <summary>Waits for a step of the batch, until the time at which it would be done: waking up late does not add up over the steps.</summary>
    public void Wait(TimeSpan time, CancellationToken cancellationToken)
    {
        var device = _devices[Environment.CurrentManagedThreadId];
        device.Due += (long)(time.TotalSeconds * Stopwatch.Frequency);
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), device.Due);
        // Rounded up: a handle waits for whole milliseconds.
        if (left > TimeSpan.Zero) cancellationToken.WaitHandle.WaitOne((int)Math.Ceiling(left.TotalMilliseconds));
        device.Batches[^1] = device.Batches[^1] with { End = Stopwatch.GetTimestamp() };
    }

    /// <summary>Where the time of all devices went.</summary>
    /// <param name="start">When the job was started.</param>
    /// <param name="end">When its last shard was committed.</param>
    /// <param name="workers">Devices there were.</param>
    /// <param name="batchTime">How long a batch takes.</param>
    public DeviceLoss Account(long start, long end, int workers, TimeSpan batchTime)
    {
        var devices = _devices.Values.Select(device => device.Batches).ToList();
        var gaps = devices.SelectMany(batches => batches.Zip(batches.Skip(1))).ToLookup(pair => pair.First.Shard == pair.Second.Shard, pair => pair.Second.Begin - pair.First.End);
        var all = (double)(end - start) * workers;
        var ideal = devices.Sum(batches => batches.Count) * batchTime.TotalSeconds * Stopwatch.Frequency;
        return new DeviceLoss
        {
            Drawing = ideal / all,
            // A device that never drew is lost from start to end.
            Start = (devices.Sum(batches => batches[0].Begin - start) + (workers - devices.Count) * (double)(end - start)) / all,
            Overrun = (devices.Sum(batches => batches.Sum(batch => batch.End - batch.Begin)) - ideal) / all,
            BetweenBatches = gaps[true].Sum() / all,
            BetweenShards = gaps[false].Sum() / all,
            End = devices.Sum(batches => end - batches[^1].End) / all,
            BetweenShardsTime = TimeSpan.FromSeconds(gaps[false].DefaultIfEmpty().Average() / Stopwatch.Frequency),
        };
    }

    private sealed record Batch(int Shard, long Begin, long End);

    private sealed class Device
    {
        public long Due { get; set; }

        public List<Batch> Batches { get; } = [];
    }
}
