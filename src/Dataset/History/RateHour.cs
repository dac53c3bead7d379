using System.Text.Json.Serialization;

namespace Atelier.Dataset.History;

/// <summary>How fast a job was within an hour, as one activation has seen it; arrays of one length, a point each.</summary>
// A newer program may say more; nothing here can make a sample another one.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record RateHour
{
    /// <summary>When the spans began, in seconds since 1970, ascending.</summary>
    public required long[] At { get; init; }

    /// <summary>Images drawn a second, the mean of each span.</summary>
    public required double[] ImagesPerSecond { get; init; }

    /// <summary>Workers that held leases.</summary>
    public required int[] Workers { get; init; }

    /// <summary>Samples in committed shards.</summary>
    public required long[] Finished { get; init; }

    /// <summary>Samples without an image.</summary>
    public required long[] Failed { get; init; }
}
