using System.Diagnostics;
using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Stores;

namespace Atelier.Chaos;

/// <summary>
/// Makes a dataset undisturbed, then again and again on a cluster whose silos and servers are killed, frozen and restarted, and compares every
/// byte.
/// </summary>
internal static class ChaosRun
{
    private const string Undisturbed = "undisturbed";
    private static readonly string[] Colours = ["red", "green", "blue", "yellow", "orange", "purple", "cyan", "pink"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star", "ring", "cross"];

    /// <summary>Runs it all.</summary>
    /// <returns>Whether every disturbed dataset is the undisturbed one, and all disturbances asked for took place.</returns>
    public static async Task<bool> ExecuteAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        void Report(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed:mm\\:ss}  {line}"));
        var prompts = Path.Combine(options.Folder, "prompts.txt");
        await File.WriteAllLinesAsync(prompts, Enumerable.Range(0, options.Rows).Select(i => $"a {Colours[i % 8]} {Shapes[i / 8 % 6]}"), cancellationToken);

        var began = clock.Elapsed;
        await UndisturbedAsync(prompts, options, cancellationToken);
        var undisturbed = clock.Elapsed - began;
        var reference = new DirectoryStore(options.Folder);
        var record = (await JobFiles.ReadRecordAsync(reference, Undisturbed, cancellationToken))!;
        Report(string.Create(CultureInfo.InvariantCulture, $"undisturbed: {options.Rows} samples in {undisturbed.TotalSeconds:0} s"));

        using var servers = new Servers(options);
        await servers.StartAsync(cancellationToken);
        var store = await StoreLocation.Parse(servers.Store).OpenAsync(cancellationToken);
        await using var cluster = new Cluster(options, servers);
        await cluster.StartAsync(cancellationToken);
        Report($"{options.Silos} silos are up; the store is {store}");

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(options.Limit);
        var disturbances = new Disturbances(options, servers, cluster, Report);
        var disturbing = disturbances.RunAsync(over.Token);
        var orders = new Orders(options, cluster, prompts, record.Spec, (reference, Undisturbed), store, Report);
        var ordering = orders.RunAsync(over.Token);
        var (rounds, faults, comparisons) = (0, 0L, new List<DatasetComparison>());
        var disturbed = TimeSpan.Zero;
        do
        {
            var job = $"disturbed-{++rounds}";
            began = clock.Elapsed;
            await cluster.Client.SubmitAsync(job, record.Spec, PromptFile.ReadAsync(prompts, cancellationToken), cancellationToken: cancellationToken);
            orders.Job = job;
            JobProgress? last = null;
            await foreach (var progress in cluster.Client.WatchAsync(job, cancellationToken))
            {
                if (progress.Message != last?.Message && progress.Message is not null) Report($"{job} says: {progress.Message}");
                last = progress;
            }
            if (last!.Status != JobStatus.Completed) throw new InvalidOperationException($"{job} ended as {last.Status}: {last.Message}");
            faults += last.SetAside;
            var took = clock.Elapsed - began;
            disturbed += took;
            comparisons.Add(await DatasetComparison.CompareAsync(reference, Undisturbed, store, job, cancellationToken));
            Report(string.Create(CultureInfo.InvariantCulture, $"{job}: {last.Shards} shards in {took.TotalSeconds:0} s, {comparisons[^1]}"));
        }
        while (!disturbances.IsDone && !over.IsCancellationRequested);
        await over.CancelAsync();
        await disturbing;
        await ordering;

        Console.WriteLine();
        Console.WriteLine($"store             {(options.IsAzure ? "Azure blobs (Azurite)" : "directory")}");
        Console.WriteLine($"kills             {disturbances.Kills} of {options.Kills}");
        Console.WriteLine($"freezes           {disturbances.Freezes} of {options.Freezes}, {options.Freeze.TotalSeconds} s each");
        Console.WriteLine($"server restarts   {disturbances.Restarts} of {options.Restarts}");
        Console.WriteLine($"orders            {orders.Pauses} pauses, {orders.Cancels} cancels, {orders.Deletions} deletions; {orders.Wrong} files or shards wrong");
        Console.WriteLine($"recoveries        {disturbances.Recoveries} processes started again");
        Console.WriteLine($"jobs              {rounds}, of {options.Rows} samples each");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"time lost         {(disturbed - rounds * undisturbed).TotalSeconds:0} s: a job took {disturbed.TotalSeconds / rounds:0} s, undisturbed {undisturbed.TotalSeconds:0} s"));
        Console.WriteLine($"shards compared   {comparisons.Sum(comparison => comparison.Shards)} the same");
        Console.WriteLine($"missing           {comparisons.Sum(comparison => comparison.Missing)}");
        Console.WriteLine($"differing         {comparisons.Sum(comparison => comparison.Differing)}");
        Console.WriteLine($"duplicates        {comparisons.Sum(comparison => comparison.Duplicates)}");
        Console.WriteLine($"leftovers         {comparisons.Sum(comparison => comparison.Leftovers)}");
        Console.WriteLine($"set aside         {faults}");
        return disturbances.IsDone && orders.Wrong == 0 && comparisons.TrueForAll(comparison => comparison.IsSame);
    }

    private static async Task UndisturbedAsync(string prompts, ChaosOptions options, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(Checkout.Binaries, "atelier.dll"), "run", prompts, "--out", Path.Combine(options.Folder, Undisturbed),
            "--steps", $"{options.Steps}", "--batch", "2", "--shard-size", $"{options.ShardSize}", "--no-upsample",
        ])
        { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true };
        using var run = Process.Start(start)!;
        var output = await run.StandardOutput.ReadToEndAsync(cancellationToken);
        await run.WaitForExitAsync(cancellationToken);
        if (run.ExitCode != 0) throw new InvalidOperationException($"the undisturbed run ended with exit code {run.ExitCode}: {output}");
    }
}
