using System.Security.Cryptography;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>
/// Waits while the store cannot be reached. An outage is nobody's fault, but work that fails three times in three seconds stops its job: so a
/// worker that met an <see cref="IOException"/> asks the store for a file that must be there, and where that fails too, keeps its lease by
/// heartbeats and asks again until it succeeds. Then the work is repeated or goes back without a fault. A full disk is no fault of the work either: it
/// waits until something can be written again. A store that answers at once was not the trouble, which is reported as before.
/// </summary>
internal sealed partial class StoreOutage(IStore store, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FullPause = TimeSpan.FromSeconds(5);
    private const int RoomBytes = 64 << 10;

    /// <summary>Waits for the end of an outage.</summary>
    /// <param name="error">What the work met.</param>
    /// <param name="job">The job that the work is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was one; it is over.</returns>
    public async Task<bool> OutlastAsync(Exception error, string job, CancellationToken cancellationToken)
    {
        // A file that is missing is not the store's silence.
        if (error is not IOException or FileNotFoundException or DirectoryNotFoundException or EndOfStreamException) return false;
        var isFull = StoreRoom.IsOut(error);
        if (isFull)
        {
            LogFull(error, job);
            await Task.Delay(FullPause, time, cancellationToken);
        }
        for (var (met, pause) = (isFull, FirstPause); ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            try
            {
                if (isFull) await TryRoomAsync(job, cancellationToken);
                else await store.ReadAsync(JobPaths.Record(job), cancellationToken);
                return met;
            }
            catch (IOException silent)
            {
                WorkerMetrics.StoreFailed();
                if (!met) LogOutage(silent, job);
                met = true;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task TryRoomAsync(string job, CancellationToken cancellationToken)
    {
        // Never completed, so that nothing of it stays.
        await using var writer = await store.OpenWriterAsync(JobPaths.Record(job), cancellationToken);
        await writer.Stream.WriteAsync(RandomNumberGenerator.GetBytes(RoomBytes), cancellationToken);
        await writer.Stream.FlushAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The store is full; work on {Job} waits for room")]
    private partial void LogFull(Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "The store cannot be reached; work on {Job} waits for it")]
    private partial void LogOutage(Exception exception, string job);
}
