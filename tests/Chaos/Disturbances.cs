namespace Atelier.Chaos;

/// <summary>Kills, freezes and restarts, at times and of victims that a seed decides.</summary>
internal sealed class Disturbances(ChaosOptions options, Servers servers, Cluster cluster, Action<string> report)
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(4);

    private readonly Random _random = new(options.Seed);
    private readonly HashSet<Victim> _busy = [];
    private readonly List<Task> _recoveries = [];

    public int Kills { get; private set; }

    public int Freezes { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>Processes that were started again.</summary>
    public int Recoveries { get; private set; }

    /// <summary>Whether all that was asked for has been done.</summary>
    public bool IsDone => Kills >= options.Kills && Freezes >= options.Freezes && Restarts >= options.Restarts;

    /// <summary>Disturbs until all is done or it is cancelled, then lets everything recover.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!IsDone)
            {
                await Task.Delay(options.Pause * (0.5 + _random.NextDouble()), cancellationToken);
                Disturb(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up, or all jobs are finished.
        }
        await Task.WhenAll(_recoveries);
    }

    private void Disturb(CancellationToken cancellationToken)
    {
        var left = (Kill: options.Kills - Kills, Freeze: options.Freezes - Freezes, Restart: options.Restarts - Restarts);
        var choice = _random.Next(left.Kill + left.Freeze + left.Restart);
        var idle = cluster.Silos.Where(silo => !_busy.Contains(silo)).ToList();
        if (choice >= left.Kill + left.Freeze)
        {
            var server = servers.Blobs is null || _random.Next(2) == 0 ? servers.Membership : servers.Blobs;
            if (!_busy.Add(server)) return;
            Restarts++;
            _recoveries.Add(RestartAsync(server));
        }
        else if (idle.Count > 0)
        {
            var silo = idle[_random.Next(idle.Count)];
            _busy.Add(silo);
            if (choice < left.Kill) Kills++;
            else Freezes++;
            _recoveries.Add(choice < left.Kill ? KillAsync(silo) : FreezeAsync(silo, cancellationToken));
        }
    }

    private async Task KillAsync(Victim silo)
    {
        report($"kill {silo.Name}");
        silo.Signal("KILL");
        await silo.EndAsync(CancellationToken.None);
        await StartAsync(silo);
    }

    // Longer than a lease: a silo that wakes up finds its work given to others, and itself declared dead.
    private async Task FreezeAsync(Victim silo, CancellationToken cancellationToken)
    {
        report($"freeze {silo.Name} for {options.Freeze.TotalSeconds} s");
        silo.Signal("STOP");
        await Task.Delay(options.Freeze, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        silo.Signal("CONT");
        report($"thaw {silo.Name}");
        // Orleans ends a silo that was declared dead; one that was not goes on.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await silo.EndAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!silo.IsAlive) await StartAsync(silo);
        else _busy.Remove(silo);
    }

    private async Task RestartAsync(Victim server)
    {
        report($"stop {server.Name} for {Outage.TotalSeconds} s");
        server.Signal("TERM");
        await server.EndAsync(CancellationToken.None);
        await Task.Delay(Outage, CancellationToken.None);
        server.Start();
        Recoveries++;
        report($"{server.Name} is back");
        _busy.Remove(server);
    }

    private async Task StartAsync(Victim silo)
    {
        await Task.Delay(RestartPause, CancellationToken.None);
        silo.Start();
        Recoveries++;
        _busy.Remove(silo);
    }
}
