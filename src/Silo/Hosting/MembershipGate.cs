using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Atelier.Silo.Hosting;

/// <summary>Waits for the membership server before the silo joins, since Orleans would give up at once or, without scripts, hang in silence.</summary>
internal sealed partial class MembershipGate(ConfigurationOptions redis, TimeProvider time, ILogger<MembershipGate> logger) : IHostedService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await RedisConnection.TryAsync(redis, "ConnectionStrings:redis");
                return;
            }
            catch (IOException unreachable)
            {
                LogUnreachable(unreachable.Message, RetryPause.TotalSeconds);
            }
            await Task.Delay(RetryPause, time, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "The membership server cannot be reached, trying again every {Seconds} s: {Reason}")]
    private partial void LogUnreachable(string reason, double seconds);
}
