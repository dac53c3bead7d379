using Atelier.Input;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Clustering.Redis;

namespace Atelier.Silo.Hosting;

/// <summary>
/// Looks whether the membership server still knows this silo. Orleans never writes a lost row again, so that a server that came back empty would
/// leave the silo out of every cluster that forms from then on: the process ends and whoever runs it starts it anew.
/// </summary>
internal sealed partial class MembershipGuard(
    IMembershipTable membership, ILocalSiloDetails self, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<MembershipGuard> logger) : BackgroundService
{
    /// <summary>Exit code of a silo that is to be started anew, as sysexits.h has it for a temporary failure.</summary>
    public const int StartAgain = 75;

    private const int MaxMisses = 3;
    private const int ReasonLength = 300;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var misses = 0;
        Type? trouble = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var known = (await membership.ReadAllAsync(stoppingToken)).Members.Any(member => member.Item1.SiloAddress.Equals(self.SiloAddress));
                if (trouble is not null) LogReadable();
                trouble = null;
                misses = known ? 0 : misses + 1;
            }
            catch (RedisClusteringException)
            {
                // An empty server has no table that Orleans could read.
                misses++;
            }
            catch (Exception unreadable) when (unreadable is not OperationCanceledException)
            {
                // A server that is away, or rows that somebody garbled: neither says that this silo is not in them.
                if (trouble != unreadable.GetType()) LogUnreadable(PrintableText.Of(unreadable.Message, ReasonLength));
                trouble = unreadable.GetType();
            }
            if (misses < MaxMisses) continue;
            LogForgotten();
            Environment.ExitCode = StartAgain;
            lifetime.StopApplication();
            // Orleans cannot take leave of a membership that does not know it, and would try for a minute.
            _ = Task.Delay(Grace, time, CancellationToken.None).ContinueWith(_ => Environment.Exit(StartAgain), TaskScheduler.Default);
            return;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The membership cannot be read; silos go on with each other, new ones cannot join: {Reason}")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(LogLevel.Warning, "The membership can be read again")]
    private partial void LogReadable();

    [LoggerMessage(LogLevel.Critical, "The membership server has lost this silo, as if it had come back empty; the silo ends so as to join anew")]
    private partial void LogForgotten();
}
