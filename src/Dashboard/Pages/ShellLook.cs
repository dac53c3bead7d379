namespace Atelier.Dashboard.Pages;

/// <summary>What every page shows around its content.</summary>
internal sealed record ShellLook
{
    public required string Title { get; init; }

    public string? Section { get; init; }

    public string? Live { get; init; }

    /// <summary>Who looks.</summary>
    public required string Who { get; init; }

    /// <summary><c>light</c>, <c>dark</c> or <c>system</c>.</summary>
    public required string Theme { get; init; }

    /// <summary>Path and query of the page, to come back to.</summary>
    public required string Here { get; init; }

    public required Assets Assets { get; init; }

    public required ClusterLook Cluster { get; init; }

    public required IReadOnlyList<Attention> Attention { get; init; }

    /// <summary>When the page was made.</summary>
    public required DateTimeOffset AsOf { get; init; }
}

/// <summary>Whether there is a cluster, and whether it answers.</summary>
internal enum ClusterLook
{
    /// <summary>A store is looked at, without any cluster.</summary>
    None,

    /// <summary>No silo answers.</summary>
    Silent,

    /// <summary>The cluster answers.</summary>
    Live,
}

/// <summary>A job that needs somebody.</summary>
/// <param name="Job">Its name.</param>
/// <param name="State">How it stands.</param>
/// <param name="Reason">Why.</param>
/// <param name="Action">What to do, as a sentence.</param>
internal sealed record Attention(string Job, JobState State, string Reason, string Action);
