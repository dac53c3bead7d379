using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>Whether the store answers. What it cannot do now is tried again later; nothing is lost by it.</summary>
internal sealed class StoreHealth(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // When the calls that are on their way began. A store repeats its requests for a while before it gives up.
    private readonly List<long> _waiting = [];
    private string? _failure;
    private long _troubledSince;

    /// <summary>What is wrong, in words for the user; null when the last call went well and none is taking long.</summary>
    public string? Trouble => _failure
        ?? (_waiting is [var oldest, ..] && time.GetElapsedTime(oldest) > Patience ? $"the store has not answered for more than {Patience.TotalSeconds} s" : null);

    /// <summary>Whether to spare the store, since it failed a moment ago.</summary>
    public bool IsPausing => _failure is not null && time.GetElapsedTime(_troubledSince) < Pause;

    /// <summary>Carries out an operation. The store's failures come as one type that every caller of a grain can read.</summary>
    public async Task RunAsync(StoreOperation operation, IStore store, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        _waiting.Add(began);
        await operation.RunAsync(store, cancellationToken);
        _waiting.Remove(began);
        if (operation.Fault is not (IOException or UnauthorizedAccessException))
        {
            _failure = null;
            return;
        }
        _failure = $"the store cannot be used at present: {operation.Fault.Message}";
        _troubledSince = time.GetTimestamp();
        // Without the cause: its type is the store's own, which Orleans cannot send, nor a caller read. Its number tells a full disk.
        operation.Lose(new IOException(_failure, operation.Fault.HResult));
    }
}
