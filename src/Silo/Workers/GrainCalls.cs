using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>Repeats grain calls, which may fail while a silo is being replaced.</summary>
internal sealed partial class GrainCalls(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int MaxTries = 30;

    /// <summary>Makes a call that may be repeated.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (var left = MaxTries; ; left--)
        {
            try
            {
                return await call();
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException && left > 1)
            {
                LogRetry(lost);
                await Task.Delay(Pause, time);
            }
        }
    }

    /// <summary>Makes a call that may be repeated.</summary>
    public Task RetryAsync(Func<Task> call) => RetryAsync(async () =>
    {
        await call();
        return true;
    });

    [LoggerMessage(LogLevel.Warning, "A grain call is repeated")]
    private partial void LogRetry(Exception exception);
}
