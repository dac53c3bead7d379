namespace Atelier.Cli.Run;

/// <summary>Notices that a job's folder is removed while the job is worked on. The store would make it again, bit by bit, and never be whole.</summary>
/// <param name="record">The file without which there is no job.</param>
internal sealed class FolderWatch(string record) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Cancelled when the folder is gone.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Whether the folder is gone, now that it was there.</summary>
    public bool IsGone => _gone.IsCancellationRequested || (_watching != Task.CompletedTask && !File.Exists(record));

    /// <summary>Begins; the folder is there.</summary>
    public void Start() => _watching = WatchAsync();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _gone.Dispose();
        _ended.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            do
            {
                if (File.Exists(record)) continue;
                await _gone.CancelAsync();
                return;
            }
            while (await timer.WaitForNextTickAsync(_ended.Token));
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }
}
