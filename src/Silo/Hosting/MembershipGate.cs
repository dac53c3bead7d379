using Atelier.Abstractions;
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
                await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
                await connection.GetDatabase().ScriptEvaluateAsync("return 1");
                return;
            }
            catch (RedisConnectionException unreachable) when (unreachable.FailureType is not ConnectionFailureType.AuthenticationFailure)
            {
                LogUnreachable(unreachable.Message, RetryPause.TotalSeconds);
            }
            catch (RedisException refused)
            {
                throw new InvalidInputException($"ConnectionStrings:redis names a server that cannot keep the membership: {refused.Message}", refused);
            }
            await Task.Delay(RetryPause, time, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "The membership server cannot be reached, trying again every {Seconds} s: {Reason}")]
    private partial void LogUnreachable(string reason, double seconds);
}
