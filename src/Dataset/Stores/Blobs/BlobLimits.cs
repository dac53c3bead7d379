using Azure.Core;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>How large the requests of a store are.</summary>
internal sealed record BlobLimits
{
    // https://learn.microsoft.com/azure/storage/blobs/scalability-targets
    public const int MaxBlocks = 50_000;

    /// <summary>Bytes of one uploaded block, and of the largest file that is one request.</summary>
    /// <value>4 MiB, so that a file has at most 195 GiB, and a writer holds at most two blocks.</value>
    public int BlockBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that the service copies by one request.</summary>
    /// <value>64 MiB: a request that takes a second or so, where the service allows 4,000 MiB.</value>
    public int CopyBytes { get; init; } = 64 << 20;

    /// <summary>Bytes that a stream fetches at a time.</summary>
    /// <value>1 MiB.</value>
    public int ReadBytes { get; init; } = 1 << 20;

    /// <summary>Names of one page of a listing.</summary>
    /// <value>5,000, which is all that the service gives.</value>
    public int PageNames { get; init; } = 5_000;

    /// <summary>
    /// Options of a store at work: losing a commit would cost a shard, so a request is tried for about 40 s of quick refusals, or for 9
    /// minutes of silence.
    /// </summary>
    public static BlobClientOptions Patient() => Options(retries: 8, answer: TimeSpan.FromSeconds(60));

    /// <summary>Options with which a store is opened, when a person is waiting: about a second of refusals, or 30 s of silence.</summary>
    public static BlobClientOptions Brief() => Options(retries: 2, answer: TimeSpan.FromSeconds(10));

    private static BlobClientOptions Options(int retries, TimeSpan answer)
    {
        var options = new BlobClientOptions();
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromSeconds(0.4);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        options.Retry.NetworkTimeout = answer;
        options.Diagnostics.IsLoggingContentEnabled = false;
        return options;
    }
}
