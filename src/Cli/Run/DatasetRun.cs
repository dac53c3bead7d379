using System.Diagnostics;
using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Cli.Dashboards;
using Atelier.Client;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Prompts;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Atelier.Cli.Run;

/// <summary>
/// Makes a dataset on this machine: a silo and its workers in this process, the job submitted through the client library, its folder on
/// disk. The same path as in a cluster, only smaller.
/// </summary>
internal static class DatasetRun
{
    /// <summary>Runs or resumes a job until it is final.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="console">Where to report.</param>
    /// <param name="cancellationToken">Drains the workers; the job can be resumed.</param>
    /// <returns>An exit code of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> ExecuteAsync(RunSettings settings, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var folder = await OutputFolder.OpenAsync(settings.Output, cancellationToken);
        ProgressDisplay.Print(console, $"{settings.Request.Rows * settings.Request.Spec.ImagesPerPrompt} samples, starting {Workers(settings.Devices)}");
        using var host = EmbeddedSilo.Build(folder.Store, settings.Workers, Logging(settings), await ComingWorkAsync(settings, folder, cancellationToken));
        await host.StartAsync(cancellationToken);
        await using var dashboard = settings.Dashboard is { } wanted
            ? await LocalDashboard.StartAsync(
                folder.Store, _ => Task.FromResult(host.Services.GetRequiredService<IGrainFactory>()), wanted.Port, [LocalDashboard.Of(settings.Request.Model)], cancellationToken)
            : null;
        if (dashboard is not null) ProgressDisplay.Print(console, $"The job in a browser, until this command ends: {dashboard.Address}jobs/{folder.JobId}");
        await using var watch = new FolderWatch(Path.Combine(settings.Output, "job.json"));
        try
        {
            var client = new AtelierClient(host.Services.GetRequiredService<IGrainFactory>());
            await client.SubmitAsync(folder.JobId, settings.Request.Spec, PromptFile.ReadAsync(settings.Request.Prompts, settings.Request.InputSize, cancellationToken), cancellationToken: cancellationToken);
            watch.Start();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watch.Gone);
            var before = await client.GetProgressAsync(folder.JobId, stop.Token);
            ProgressDisplay.Print(console, Opening(settings, before));

            var after = before.IsFinal
                ? before
                : await ProgressView.FollowAsync(console, WhileAnyoneCanWork(client.WatchAsync(folder.JobId, stop.Token), settings.Devices.Count));
            return watch.IsGone ? await EndAsync() : Close(settings, console, before, after, clock.Elapsed);
        }
        catch (OperationCanceledException) when (watch.IsGone)
        {
            return await EndAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ProgressDisplay.Print(console, "Stopping: what is drawn but not yet in a finished shard is given up.");
            await host.StopAsync(CancellationToken.None);
            ProgressDisplay.Print(console, $"Stopped. Finished shards are in {settings.Output}; the same command goes on from there.");
            return ExitCodes.Interrupted;
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }

        // What workers wrote since would be in the way of the next run.
        async Task<int> EndAsync()
        {
            await host.StopAsync(CancellationToken.None);
            if (watch.IsGone) await folder.ClearAsync();
            ProgressDisplay.Print(console, $"{settings.Output} is gone: the folder was removed while the job was at work. The same command begins anew.");
            return ExitCodes.Failed;
        }
    }

    // What the job will need if it is what it seems to be, and nothing where it is complete.
    private static async Task<ComingWork?> ComingWorkAsync(RunSettings settings, OutputFolder folder, CancellationToken cancellationToken)
    {
        if (await folder.Store.ReadAsync(JobPaths.Summary(folder.JobId), cancellationToken) is not null) return null;
        var spec = settings.Request.Spec;
        var plan = await JobFiles.ReadPlanAsync(folder.Store, folder.JobId, cancellationToken) ?? JobPlan.Of(spec, settings.Request.Rows);
        return new ComingWork(spec.Model, spec.ModelDigest, plan.BatchSize);
    }

    // A cluster waits for a worker that fits; here no other will come.
    private static async IAsyncEnumerable<JobProgress> WhileAnyoneCanWork(IAsyncEnumerable<JobProgress> updates, int workers)
    {
        await foreach (var progress in updates)
        {
            yield return progress;
            if (progress.KeptOut >= workers) yield break;
        }
    }

    private static string Opening(RunSettings settings, JobProgress job) => job switch
    {
        { Status: JobStatus.Completed } => $"{settings.Output} is complete: {job.Samples} samples in {job.Shards} shards. Nothing to do.",
        { Finished: > 0 } => $"Resuming {settings.Output}: {job.Finished} of {job.Samples} samples are done{(job.Message is null ? "" : $"; {job.Message}")}.",
        _ => $"Drawing {job.Samples} samples in {job.Shards} {(job.Shards == 1 ? "shard" : "shards")} of {job.ShardSize} with {settings.Request.Spec.Model} on {Workers(settings.Devices)}: "
            + $"{settings.Request.Spec.Sampler}, {settings.Request.Spec.Steps} steps, "
            + string.Create(CultureInfo.InvariantCulture, $"guidance {settings.Request.Spec.GuidanceScale}."),
    };

    private static string Workers(IReadOnlyList<string> devices) =>
        $"{devices.Count} {(devices.Count == 1 ? "worker" : "workers")}{(devices.All(device => device == "cpu") ? "" : $" ({string.Join(", ", devices.Distinct())})")}";

    private static int Close(RunSettings settings, IAnsiConsole console, JobProgress before, JobProgress after, TimeSpan elapsed)
    {
        if (after.Status != JobStatus.Completed)
        {
            ProgressDisplay.Print(console, $"The job stopped: {after.Message}");
            if (!after.IsFinal) ProgressDisplay.Print(console, "It goes on with the devices and the precision that it was begun with.");
            ProgressDisplay.Print(console, $"Finished shards are kept in {settings.Output}; the same command goes on from there.");
            return ExitCodes.Failed;
        }
        if (before.Status != JobStatus.Completed)
        {
            var drawn = after.Finished - before.Finished;
            ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture,
                $"Drew {drawn} samples in {ProgressDisplay.Duration(elapsed)} ({drawn / elapsed.TotalSeconds:0.00} images/s)."));
        }
        if (settings.Request.Spec.BatchSize.IsByDevice) ProgressDisplay.Print(console, $"Batch size:    {AutoBatch.ToText(after.BatchSize)} ({AutoBatch.Word})");
        if (after.Truncated > 0) ProgressDisplay.Print(console, $"{after.Truncated} prompts were longer than the model's text context and were cut; their metadata says so.");
        ProgressDisplay.Print(console, $"Dataset:       {Path.Combine(settings.Output, "shards")} ({after.Samples - after.Failed} images, {after.Failed} failed)");
        // Where no sample has an image, there is no sheet.
        PrintFile("Contact sheet", "contact-sheet.png");
        if (after.Failed == 0) return ExitCodes.Success;
        PrintFile("Failed", "errors.jsonl");
        return ExitCodes.SomeSamplesFailed;

        void PrintFile(string what, string name)
        {
            var path = Path.Combine(settings.Output, name);
            if (File.Exists(path)) ProgressDisplay.Print(console, $"{what + ":",-15}{path}");
        }
    }

    private static Action<ILoggingBuilder>? Logging(RunSettings settings) => settings.Verbose
        ? logging => logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace)
        : null;
}
