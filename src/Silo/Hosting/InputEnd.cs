using Microsoft.Extensions.Hosting;

namespace Atelier.Silo.Hosting;

/// <summary>Stops the host when its standard input ends, as it does when the process that started it is gone, in whatever way.</summary>
internal sealed class InputEnd(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (await input.ReadAsync(buffer, stoppingToken) > 0) { }
        lifetime.StopApplication();
    }
}
