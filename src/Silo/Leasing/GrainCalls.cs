using Atelier.Abstractions.Retries;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>Repeats grain calls, which may fail while a silo is being replaced.</summary>
internal sealed partial class GrainCalls
{
    private static readonly RetryOptions Options = new() { MaxTries = 30, Pause = TimeSpan.FromSeconds(1) };

    private readonly ILogger _logger;
    private readonly Retry _retry;

    public GrainCalls(TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _retry = new Retry(Options, time, lost => lost is OrleansException or TimeoutException, LogRetry);
    }

    /// <summary>Makes a call that may be repeated.</summary>
    public Task<T> RetryAsync<T>(Func<Task<T>> call) => _retry.RunAsync(call);

    /// <summary>Makes a call that may be repeated.</summary>
    public Task RetryAsync(Func<Task> call) => _retry.RunAsync(call);

    [LoggerMessage(LogLevel.Warning, "A grain call is repeated")]
    private partial void LogRetry(Exception exception);
}
