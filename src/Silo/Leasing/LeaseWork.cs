using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Stores;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>The work of a lease from its beginning to its end, whatever that is: nothing that happens to one gets past it.</summary>
internal sealed partial class LeaseWork(
    string worker, IGrainFactory grains, IStore store, LeaseHeartbeats heartbeats, ShardWork shards, ShardFinishing finishing, BegunNotes notes, GrainCalls calls,
    StoreOutage outage, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);

    /// <summary>Does the work and ends the lease. Never throws.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="state">Told how far it is.</param>
    /// <param name="stopping">The process is to stop.</param>
    public async Task RunAsync(WorkLease lease, LeaseState state, CancellationToken stopping)
    {
        using var span = WorkerTracing.Lease(lease, worker);
        var job = grains.GetGrain<IJobGrain>(lease.JobId);
        await using var kept = heartbeats.Keep(lease, state.Progress);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(kept.Unwanted, stopping);
        try
        {
            var isFinished = lease.Kind == WorkKind.Draw
                ? await shards.RunAsync(job, lease, state, kept.Unwanted, stopping)
                : await TidyAsync(lease, state, stop.Token);
            if (isFinished) await CompleteAsync();
            else await ReturnAsync(null);
        }
        // A device that hangs ends its lease by a timeout; that was said where it was found.
        catch (Exception ended) when (stop.IsCancellationRequested && ended is OperationCanceledException or TimeoutException)
        {
            await ReturnAsync(null);
        }
        catch (Exception fault)
        {
            // Any other error is the machine's or the store's, not a sample's: the lease goes back, and the job decides how often to try.
            state.Fault = fault.Message;
            span?.SetStatus(ActivityStatusCode.Error, fault.Message);
            LogFault(fault, worker, lease.Kind, lease.JobId, lease.Shard);
            // What is cancelled by somebody else is no failure either: a silo that finds itself expelled ends all its calls.
            await ReturnAsync(fault is OperationCanceledException || await WasOutageAsync(fault) ? null : fault.Message);
            await Task.Delay(FaultPause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            state.NeedDeviceNoMore();
        }

        // What was being written is void after an outage; the shard begins again at its last part, which is at most a minute back.
        async Task<bool> WasOutageAsync(Exception fault)
        {
            state.Stage = WorkStage.WaitingForStore;
            try
            {
                return await outage.OutlastAsync(fault, lease.JobId, stop.Token);
            }
            catch (OperationCanceledException)
            {
                return true;
            }
            catch (Exception other)
            {
                LogFault(other, worker, lease.Kind, lease.JobId, lease.Shard);
                return false;
            }
        }

        // A heartbeat after the end would take the lease up again, and its work would wait until it expires.
        async Task CompleteAsync()
        {
            await kept.EndAsync();
            await calls.RetryAsync(() => job.Complete(lease));
            await notes.EndAsync(lease);
        }

        async Task ReturnAsync(string? fault)
        {
            await kept.EndAsync();
            try
            {
                await calls.RetryAsync(() => job.Return(lease, fault));
            }
            catch (Exception lost)
            {
                // The lease expires by itself; the worker goes on.
                LogNoReturn(lost, worker, lease.JobId);
            }
            await notes.EndAsync(lease);
        }
    }

    // Work that needs no device.
    private async Task<bool> TidyAsync(WorkLease lease, LeaseState state, CancellationToken cancellationToken)
    {
        await shards.WithoutDeviceAsync(state, WorkAsync, cancellationToken);
        return true;

        async Task WorkAsync()
        {
            await notes.BeginAsync(lease, cancellationToken);
            if (lease.Kind == WorkKind.Promote)
            {
                await finishing.PromoteAsync(lease, cancellationToken);
                return;
            }
            await LeasedJob.ReadRecordAsync(store, lease, cancellationToken);
            if (lease.Kind == WorkKind.Close)
            {
                await JobClosing.CloseAsync(store, lease.JobId, cancellationToken);
                return;
            }
            var plan = await JobFiles.ReadPlanAsync(store, lease.JobId, cancellationToken) ?? throw new FileNotFoundException($"{JobPaths.Plan(lease.JobId)} is missing");
            await RowIdIndex.BuildAsync(store, lease.JobId, plan, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Worker} failed to {Kind} shard {Shard} of {Job}")]
    private partial void LogFault(Exception exception, string worker, WorkKind kind, string job, int shard);

    [LoggerMessage(LogLevel.Warning, "{Worker} cannot give back its lease of {Job}, which will expire")]
    private partial void LogNoReturn(Exception exception, string worker, string job);
}
