using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dataset.History;

namespace Atelier.Dashboard.Events;

/// <summary>Tells how fast a job was, each ten seconds once they are over, so that whoever draws its history need not read it again.</summary>
/// <param name="job">Name of the job.</param>
/// <param name="read">Reads the points since a moment.</param>
/// <param name="time">The clock.</param>
internal sealed class RateMoves(string job, Func<DateTimeOffset, CancellationToken, Task<IReadOnlyList<RatePoint>>> read, TimeProvider time)
{
    private static readonly TimeSpan Step = RateSpans.Shortest;
    private DateTimeOffset _from = time.GetUtcNow();
    private DateTimeOffset _asked = time.GetUtcNow();

    /// <summary>What is new; null for nothing, and while nobody can tell.</summary>
    public async Task<TopicEvent?> NextAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _asked + Step) return null;
        _asked = now;
        try
        {
            // The last span may still be going on.
            var points = (await read(_from, cancellationToken)).Where(point => point.At + Step <= now).ToList();
            if (points.Count == 0) return null;
            _from = points[^1].At + Step;
            return new TopicEvent("rate", JsonSerializer.Serialize(new RateChange(job, points), ApiJson.Options));
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>How fast a job was since this was last told.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Points">Spans of ten seconds, as in its history; those in which nothing was drawn are missing.</param>
internal sealed record RateChange(string Job, IReadOnlyList<RatePoint> Points);
