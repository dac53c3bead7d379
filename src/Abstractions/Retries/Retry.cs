using Polly;
using Polly.Retry;

namespace Atelier.Abstractions.Retries;

/// <summary>Repeats calls that may be repeated, while they fail for reasons that may pass. Thread-safe.</summary>
public sealed class Retry
{
    private readonly ResiliencePipeline _pipeline;

    /// <summary>One way of repeating calls.</summary>
    /// <param name="options">How often.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="mayPass">Whether to go on after a failure; any other is thrown at once.</param>
    /// <param name="onRetry">Told of each failure after which the call is repeated; may be null.</param>
    /// <exception cref="InvalidInputException">A number of the options is not allowed.</exception>
    public Retry(RetryOptions options, TimeProvider time, Predicate<Exception> mayPass, Action<Exception>? onRetry = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxTries > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxTries - 1,
                Delay = options.Pause,
                BackoffType = DelayBackoffType.Constant,
                ShouldHandle = attempt => new(attempt.Outcome.Exception is { } failure && mayPass(failure)),
                OnRetry = attempt =>
                {
                    onRetry?.Invoke(attempt.Outcome.Exception!);
                    return default;
                },
            });
        }
        _pipeline = builder.Build();
    }

    /// <summary>Makes a call until it succeeds, or the last try fails: then that failure is thrown.</summary>
    /// <param name="call">The call, which may be repeated.</param>
    /// <param name="cancellationToken">Ends the waiting, for a reply or a pause; what was called goes on.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        cancellationToken.ThrowIfCancellationRequested();
        return await _pipeline.ExecuteAsync(static async (call, cancel) => await call().WaitAsync(cancel), call, cancellationToken);
    }

    /// <summary>Makes a call until it succeeds, or the last try fails: then that failure is thrown.</summary>
    /// <param name="call">The call, which may be repeated.</param>
    /// <param name="cancellationToken">Ends the waiting, for a reply or a pause; what was called goes on.</param>
    public Task RunAsync(Func<Task> call, CancellationToken cancellationToken = default) => RunAsync(
        async () =>
        {
            await call();
            return true;
        },
        cancellationToken);
}
