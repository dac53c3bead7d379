using Atelier.Abstractions.Retries;
using Atelier.Client;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Cluster;

/// <summary>The cluster, if there is one and it answers. Connects in the background, and never makes a request wait long.</summary>
internal sealed partial class ClusterLink(DashboardOptions options, ILogger<ClusterLink> logger) : BackgroundService
{
    private static readonly RetryOptions Retries = new() { MaxTries = 2, Pause = TimeSpan.FromMilliseconds(100) };
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    // After two have waited in vain, the next need not wait too. One may have met a job that waits for a slow store.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private const int InVain = 2;

    private long _silentSince;
    private int _inVain;
    private volatile AtelierClient? _client;

    /// <summary>Whether there is to be a cluster at all.</summary>
    public bool IsWanted => options.Connect is not null;

    /// <summary>A client of the cluster with little patience; null while none is connected.</summary>
    public AtelierClient? Client => _client;

    /// <summary>The grains; null while no cluster is connected.</summary>
    public IGrainFactory? Grains { get; private set; }

    /// <summary>A client for what takes longer than <see cref="AskAsync{T}"/> waits.</summary>
    /// <exception cref="ClusterUnreachableException">None is connected, or there is no cluster.</exception>
    public AtelierClient Require() => Client ?? throw new ClusterUnreachableException(IsWanted ? "no silo answers" : "this dashboard shows a store; there is no cluster");

    /// <summary>Asks the cluster for something.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="times">How many times as long as usual the answer may take.</param>
    /// <exception cref="ClusterUnreachableException">Nobody answers in time, or there is no cluster.</exception>
    public async Task<T> AskAsync<T>(Func<AtelierClient, CancellationToken, Task<T>> ask, CancellationToken cancellationToken, int times = 1)
    {
        var client = Require();
        var silent = Interlocked.Read(ref _silentSince);
        if (Volatile.Read(ref _inVain) >= InVain && options.Time.GetElapsedTime(silent) < Silence) throw new ClusterUnreachableException("no silo answers");
        using var patience = new CancellationTokenSource(times * options.Patience, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await ask(client, either.Token);
            Interlocked.Exchange(ref _inVain, 0);
            return answer;
        }
        catch (Exception lost) when (!cancellationToken.IsCancellationRequested && (patience.IsCancellationRequested || lost is OrleansException or TimeoutException))
        {
            Interlocked.Exchange(ref _silentSince, options.Time.GetTimestamp());
            Interlocked.Increment(ref _inVain);
            throw new ClusterUnreachableException("no silo answers", lost);
        }
    }

    /// <summary>Asks the cluster to do something.</summary>
    /// <inheritdoc cref="AskAsync{T}"/>
    public Task TellAsync(Func<AtelierClient, CancellationToken, Task> tell, CancellationToken cancellationToken) => AskAsync(
        async (client, cancel) =>
        {
            await tell(client, cancel);
            return true;
        },
        cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Connect is not { } connect) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Grains = await connect(stoppingToken);
                _client = new AtelierClient(Grains, options.Time, Retries);
                return;
            }
            catch (Exception silent) when (silent is IOException or OrleansException or TimeoutException)
            {
                LogSilent(silent.Message);
            }
            await Task.Delay(ReconnectPause, options.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "No cluster answers: {Reason}")]
    private partial void LogSilent(string reason);
}
