using Atelier.Simulation;

namespace Atelier.Bench.Run;

/// <summary>Where the time of all devices goes; the phases add up to the whole from submission to completion.</summary>
internal static class DeviceUse
{
    /// <summary>The phases with their ticks, of all workers together.</summary>
    /// <param name="job">The job.</param>
    /// <param name="log">What its devices did.</param>
    /// <param name="workers">Devices there were.</param>
    public static IReadOnlyList<(string Phase, double Ticks)> Account(HostedJob job, DrawLog log, int workers)
    {
        var devices = log.Batches.GroupBy(batch => batch.Device).Select(batches => batches.OrderBy(batch => batch.Begun).ToList()).ToList();
        var gaps = devices.SelectMany(batches => batches.Zip(batches.Skip(1))).ToLookup(pair => pair.Second.BeginsShard, pair => pair.Second.Begun - pair.First.Ended);
        var idle = workers - devices.Count;
        return
        [
            ("first lease", (double)workers * (log.FirstLoadBegun - job.Submitted)),
            ("model load", (double)workers * (log.FirstLoadEnded - log.FirstLoadBegun)),
            ("numerics probe and rows, until the first batch", devices.Sum(batches => batches[0].Begun - log.FirstLoadEnded)),
            ("drawing", devices.Sum(batches => batches.Sum(batch => batch.Ended - batch.Begun))),
            ("between batches of a shard", gaps[false].Sum()),
            ("between shards", gaps[true].Sum()),
            ("done, or without a shard, while others draw; last files", devices.Sum(batches => job.Drawn - batches[^1].Ended) + idle * (double)(job.Drawn - log.FirstLoadEnded)),
            ("closing the job", (double)workers * (job.Complete - job.Drawn)),
        ];
    }
}
