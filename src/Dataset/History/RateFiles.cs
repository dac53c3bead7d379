using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.History;

/// <summary>Writes and reads how fast a job was, a file for each hour and activation: <c>history/2026112914-{guid}.json</c>.</summary>
public static class RateFiles
{
    private const int MaxPoints = 3600;

    /// <summary>Writes what was seen within an hour. Safe to repeat.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="id">Tells it from what others have seen in the same hour.</param>
    /// <param name="points">What was seen, ascending; at least one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task WriteAsync(IStore store, string job, Guid id, IReadOnlyList<RatePoint> points, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(points);
        var hour = new RateHour
        {
            At = [.. points.Select(point => point.At.ToUnixTimeSeconds())],
            ImagesPerSecond = [.. points.Select(point => Math.Round(point.ImagesPerSecond, 6))],
            Workers = [.. points.Select(point => point.Workers)],
            Finished = [.. points.Select(point => point.Finished)],
            Failed = [.. points.Select(point => point.Failed)],
        };
        return store.TryCreateAsync(JobPaths.History(job, points[0].At, id), JobJson.Write(hour, JobJson.File.RateHour), cancellationToken);
    }

    /// <summary>Reads the points of hours that end after a time, in the order of the hours; a file that is damaged is passed over, since only a picture depends on it.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="since">Hours that end before are not read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<RatePoint>> ReadAsync(IStore store, string job, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var points = new List<RatePoint>();
        await foreach (var entry in store.ListAsync(JobPaths.History(job), cancellationToken).ConfigureAwait(false))
        {
            if (JobFile.Parse(job, entry.Path)?.Kind != JobFileKind.History) continue;
            var name = entry.Path.AsSpan(entry.Path.LastIndexOf('/') + 1, 10);
            if (!DateTime.TryParseExact(name, "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var hour)
                || hour.AddHours(1) <= since.UtcDateTime) continue;
            if (await ReadAsync(store, entry.Path, cancellationToken).ConfigureAwait(false) is not { } read) continue;
            for (var i = 0; i < read.At.Length; i++)
                points.Add(new RatePoint(DateTimeOffset.FromUnixTimeSeconds(read.At[i]), read.ImagesPerSecond[i], read.Workers[i], read.Finished[i], read.Failed[i]));
        }
        return points;
    }

    private static async Task<RateHour?> ReadAsync(IStore store, string path, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } content) return null;
        try
        {
            var hour = JobJson.Read(content, JobJson.File.RateHour, path);
            var lengths = (int[])[hour.At.Length, hour.ImagesPerSecond.Length, hour.Workers.Length, hour.Finished.Length, hour.Failed.Length];
            var isSound = lengths.Distinct().Count() == 1 && hour.At.Length <= MaxPoints && hour.At.All(at => at is >= 0 and < 1L << 37);
            return isSound ? hour : null;
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
