using Atelier.Abstractions;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>
/// Carries the flows of a <see cref="JobMachine"/> to the store: those that a request waits for, those of the background a few at a time, and before all others the one that
/// reads the job. Any number are on their way at once; the machine says in what it may be interrupted. Single-threaded, as a grain is.
/// </summary>
/// <param name="machine">The job.</param>
/// <param name="store">Where it lives.</param>
/// <param name="time">The time.</param>
/// <param name="changed">Called when the job may have changed without a request.</param>
/// <param name="logger">Told what fails.</param>
internal sealed class JobFlows(JobMachine machine, WatchedStore store, TimeProvider time, Action changed, ILogger logger) : IDisposable
{
    private const int BackgroundFlows = 16;
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _background = new(BackgroundFlows);
    private Task _recovery = Task.CompletedTask;
    private long _recoveryBegun;

    /// <summary>Cancelled when the activation ends.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the job could not be read; null where it was, or is being.</summary>
    public Exception? Failure => _recovery.Exception?.InnerException;

    public Task EndAsync() => _ended.CancelAsync();

    public void Dispose()
    {
        _ended.Dispose();
        _background.Dispose();
    }

    /// <summary>Begins to read the job.</summary>
    public void BeginRecovery()
    {
        _recoveryBegun = time.GetTimestamp();
        _recovery = ReadAsync();

        async Task ReadAsync()
        {
            try
            {
                await CarryOutAsync(machine.Recovery.Read());
            }
            catch (Exception failure)
            {
                logger.JobNotRead(failure, machine.Id);
                throw;
            }
            if (machine.Job is { IsDeleted: true }) machine.Background.Enqueue(machine.Deciding.RemoveFiles());
            BeginBackground();
            if (machine.Job is not null) changed();
        }
    }

    /// <summary>Whether the store has been read; if that failed, it is tried again now and then.</summary>
    public bool IsRecovered()
    {
        if (_recovery.IsFaulted && time.GetElapsedTime(_recoveryBegun) >= RecoveryPause) BeginRecovery();
        return _recovery.IsCompletedSuccessfully;
    }

    /// <summary>Completes when the store has been read.</summary>
    public Task RecoverAsync()
    {
        IsRecovered();
        return _recovery;
    }

    /// <summary>Whether it is time to look for a job once more where there was none: another activation may have created it.</summary>
    public bool MayLookAgain()
    {
        if (!IsRecovered() || machine.Job is not null || time.GetElapsedTime(_recoveryBegun) < RecoveryPause) return false;
        _recoveryBegun = time.GetTimestamp();
        return true;
    }

    /// <summary>Carries out what a request asks for, once the job is read.</summary>
    public async Task RunAsync(Func<IEnumerable<StoreOperation>> begin)
    {
        await RecoverAsync();
        await CarryOutAsync(() => machine.Request(begin));
    }

    /// <summary>Carries out a flow, and begins what it leaves to the background.</summary>
    public async Task CarryOutAsync(Func<IEnumerable<StoreOperation>> begin)
    {
        try
        {
            await CarryOutAsync(begin());
        }
        finally
        {
            BeginBackground();
        }
    }

    /// <summary>Catches up with other activations and ends what is lost. Never throws for the store.</summary>
    public async Task LookAfterAsync()
    {
        try
        {
            await CarryOutAsync(machine.LookAfter);
        }
        catch (Exception failure) when (failure is IOException or InvalidInputException or OperationCanceledException)
        {
            logger.NoStore(failure, machine.Id);
        }
    }

    /// <summary>Begins what nobody waits for.</summary>
    public void BeginBackground()
    {
        while (machine.Background.TryDequeue(out var flow)) _ = CarryOutInBackgroundAsync(flow);
    }

    private async Task CarryOutAsync(IEnumerable<StoreOperation> flow)
    {
        foreach (var operation in flow) await operation.RunAsync(store, _ended.Token);
    }

    private async Task CarryOutInBackgroundAsync(IEnumerable<StoreOperation> flow)
    {
        try
        {
            await _background.WaitAsync(_ended.Token);
            try
            {
                await CarryOutAsync(flow);
            }
            finally
            {
                _background.Release();
            }
            BeginBackground();
            changed();
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The activation is gone; the next one reads what the store says.
        }
    }
}
