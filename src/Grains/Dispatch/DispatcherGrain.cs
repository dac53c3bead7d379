using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Grains.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Atelier.Grains.Dispatch;

/// <summary>Carries calls to a <see cref="Dispatcher"/>, and wakes the jobs of the store that nobody has woken. Reentrant, since calls wait in it.</summary>
[Reentrant]
internal sealed partial class DispatcherGrain(
    IStore store, TimeProvider time, IClusterMembershipService membership, IOptions<DispatchOptions> options, IOptions<SiloMessagingOptions> messaging,
    ILogger<DispatcherGrain> logger) : Grain, IDispatcherGrain
{
    private static readonly TimeSpan ResumePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ServePeriod = TimeSpan.FromMilliseconds(250);

    private Dispatcher _dispatcher = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        JobTelemetry.Begin();
        var longest = messaging.Value.ResponseTimeout / 2;
        var wait = options.Value.Wait < longest ? options.Value.Wait : longest;
        _dispatcher = new Dispatcher(wait, time, new ClusterJobs(GrainFactory, membership, logger));
        RegisterTimer(TimeSpan.Zero, ServePeriod, keepAlive: false, () =>
        {
            _dispatcher.Serve();
            return Task.CompletedTask;
        });
        if (!options.Value.ResumeJobs) return Task.CompletedTask;
        var resumption = new JobResumption(store, GrainFactory, time, logger);
        RegisterTimer(TimeSpan.Zero, ResumePeriod, keepAlive: true, () => ResumeAsync(resumption));
        return Task.CompletedTask;
    }

    public Task Register(JobDemand demand)
    {
        _dispatcher.Register(demand);
        return Task.CompletedTask;
    }

    public Task Unregister(string jobId)
    {
        _dispatcher.Unregister(jobId);
        return Task.CompletedTask;
    }

    public Task<WorkLease?> Acquire(WorkerInfo worker, CancellationToken cancellationToken) => _dispatcher.AcquireAsync(worker, cancellationToken);

    private void RegisterTimer(TimeSpan due, TimeSpan period, bool keepAlive, Func<Task> tick) =>
        this.RegisterGrainTimer(tick, new GrainTimerCreationOptions { DueTime = due, Period = period, KeepAlive = keepAlive, Interleave = true });

    private async Task ResumeAsync(JobResumption resumption)
    {
        try
        {
            await resumption.WakeAsync();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNoIndex(failure);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The jobs of the store cannot be listed at present")]
    private partial void LogNoIndex(Exception exception);
}
