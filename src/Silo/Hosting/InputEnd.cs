using Microsoft.Extensions.Hosting;

namespace Atelier.Silo.Hosting;

/// <summary>Stops the host when its standard input ends, as it does when the process that started it is gone, in whatever way.</summary>
/// <param name="lifetime">The host's.</param>
public sealed class InputEnd(IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <summary>Completes when standard input ends.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static Task WaitAsync(CancellationToken cancellationToken = default)
    {
        // What has begun to read a pipe cannot be told to stop; the read is left behind.
        return Task.Run(ReadAsync, CancellationToken.None).WaitAsync(cancellationToken);

        static async Task ReadAsync()
        {
            await using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            while (await input.ReadAsync(buffer, CancellationToken.None) > 0) { }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WaitAsync(stoppingToken);
        lifetime.StopApplication();
    }
}
