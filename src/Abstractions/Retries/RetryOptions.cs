namespace Atelier.Abstractions.Retries;

/// <summary>
/// How often a call to a cluster is repeated that fails for a reason that may pass, such as a silo that is being replaced. Such a failure may be known at once, or
/// take as long as the Orleans client waits for a reply; who wants to bound the whole gives a <see cref="CancellationToken"/> too.
/// </summary>
public sealed record RetryOptions
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How often the call is made in all, 1 or more; 1 repeats nothing.</summary>
    /// <value>Default 20: with the default pause ten seconds of refusals, in which a dead silo is noticed. A web page may want 2.</value>
    public int MaxTries { get; init; } = 20;

    /// <summary>How long to wait between two tries, more than nothing and up to an hour.</summary>
    /// <value>Default half a second.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Refuses numbers that are not allowed.</summary>
    /// <exception cref="InvalidInputException">Names the option, its value and what is allowed.</exception>
    internal void Check()
    {
        if (MaxTries < 1) throw new InvalidInputException($"retries: {nameof(MaxTries)} is '{MaxTries}'; allowed: 1 or more");
        if (Pause <= TimeSpan.Zero || Pause > LongestPause)
            throw new InvalidInputException($"retries: {nameof(Pause)} is '{Pause}'; allowed: more than 0, up to {LongestPause}");
    }
}
