using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>
/// Waits while the store cannot be reached. An outage is nobody's fault, but work that fails three times in three seconds stops its job: so a
/// worker that met an <see cref="IOException"/> asks the store for a file that must be there, and where that fails too, keeps its lease by
/// heartbeats and asks again until it succeeds. Then the work is repeated or goes back without a fault. A store that answers at once was not the
/// trouble, or is in trouble that waiting does not mend, such as a full disk: that is reported as before.
/// </summary>
internal sealed partial class StoreOutage(IStore store, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Waits for the end of an outage.</summary>
    /// <param name="error">What the work met.</param>
    /// <param name="job">The job that the work is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was one; it is over.</returns>
    public async Task<bool> OutlastAsync(Exception error, string job, CancellationToken cancellationToken)
    {
        // A file that is missing is not the store's silence.
        if (error is not IOException or FileNotFoundException or DirectoryNotFoundException or EndOfStreamException) return false;
        for (var (met, pause) = (false, FirstPause); ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            try
            {
                await store.ReadAsync(JobPaths.Record(job), cancellationToken);
                return met;
            }
            catch (IOException silent)
            {
                if (!met) LogOutage(silent, job);
                met = true;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store cannot be reached; work on {Job} waits for it")]
    private partial void LogOutage(Exception exception, string job);
}
