using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Cli.Cluster;
using Atelier.Client;
using Spectre.Console;

namespace Atelier.Cli.Jobs;

/// <summary>The commands that look at jobs of a running cluster and steer them.</summary>
internal static class ClusterCommands
{
    private static readonly Option<string?> Reason = new("--reason") { Description = "Why, for those who look at the job later." };
    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<bool> Json = JobOptions.Json();
    private static readonly Argument<string> Job = JobOptions.Job();

    private static readonly Argument<string> Priority = new("priority") { Description = "low, normal or high." };
    private static readonly Option<int> Weight = Options.Number("--weight", 1, 1, JobScheduling.MaxWeight, "Share among the submitter's jobs of that class.");

    static ClusterCommands() => Priority.AcceptOnlyFromAmong("low", "normal", "high");

    /// <summary>The commands.</summary>
    /// <param name="console">Where to report.</param>
    public static IEnumerable<Command> Create(IAnsiConsole console) =>
    [
        List(console),
        OfJob("status", "Say how a job is.", console, (client, job, _, cancellationToken) => RequireAsync(client, job, cancellationToken)),
        Watch(console),
        Decide("pause", "Give a job no more workers until it is resumed.", console, (client, job, reason, cancel) => client.PauseAsync(job, reason, cancel)),
        Decide("resume", "Go on with a paused job.", console, (client, job, reason, cancel) => client.ResumeAsync(job, reason, cancel)),
        Decide("cancel", "Stop a job for good; what is finished stays.", console, (client, job, reason, cancel) => client.CancelAsync(job, reason, cancel)),
        Decide("retry-failed", "Put shards that were set aside back to work.", console, (client, job, reason, cancel) => client.RetryFailedAsync(job, reason, cancel)),
        SetPriority(console),
    ];

    /// <summary>Does something on the cluster that the options name.</summary>
    public static async Task<T> WithClientAsync<T>(string cluster, Func<AtelierClient, Task<T>> use, CancellationToken cancellationToken)
    {
        await using var connection = await ClusterConnection.OpenAsync(cluster, cancellationToken);
        return await use(connection.Client);
    }

    private static Command List(IAnsiConsole console)
    {
        var command = new Command("list", "List the jobs of a cluster.") { ClusterAt, Json };
        command.SetAction((result, cancellationToken) => WithClientAsync(result.GetValue(ClusterAt)!, async client =>
        {
            var table = JobReport.ToTable();
            await foreach (var job in client.ListAsync(cancellationToken))
            {
                if (result.GetValue(Json)) ProgressDisplay.Print(console, JobReport.ToJson(job));
                else table.AddRow(JobReport.ToRow(job));
            }
            if (result.GetValue(Json)) return ExitCodes.Success;
            if (!console.Profile.Out.IsTerminal) console.Profile.Width = 200;
            console.Write(table);
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static Command Watch(IAnsiConsole console)
    {
        var command = new Command("watch", "Follow a job until it is final.") { Job, ClusterAt, Json };
        command.SetAction((result, cancellationToken) => WithClientAsync(result.GetValue(ClusterAt)!, async client =>
            await WatchAsync(client, result.GetValue(Job)!, result.GetValue(Json), console, cancellationToken), cancellationToken));
        return command;
    }

    /// <summary>Follows a job to its end, or until nobody reads what is printed.</summary>
    public static async Task<int> WatchAsync(AtelierClient client, string job, bool json, IAnsiConsole console, CancellationToken ended)
    {
        using var unread = CancellationTokenSource.CreateLinkedTokenSource(ended, StandardOutput.ReaderGone);
        var cancellationToken = unread.Token;
        var known = await RequireAsync(client, job, cancellationToken);
        var updates = client.WatchAsync(job, cancellationToken);
        if (!json)
        {
            var last = known.IsFinal ? known : await Run.ProgressView.FollowAsync(console, updates);
            foreach (var line in JobReport.ToLines(last)) ProgressDisplay.Print(console, line);
            return JobReport.ExitCode(last);
        }
        await foreach (var progress in updates)
        {
            known = progress;
            ProgressDisplay.Print(console, JobReport.ToJson(progress));
        }
        return JobReport.ExitCode(known);
    }

    private static Command Decide(string name, string description, IAnsiConsole console, Func<AtelierClient, string, string?, CancellationToken, Task> decide)
    {
        var command = OfJob(name, description, console, (client, job, result, cancellationToken) =>
            SteerAsync(client, job, (id, cancel) => decide(client, id, result.GetValue(Reason), cancel), cancellationToken));
        command.Options.Add(Reason);
        return command;
    }

    private static Command SetPriority(IAnsiConsole console)
    {
        var command = OfJob("priority", "Change a job's class and share of the workers.", console, (client, job, result, cancellationToken) =>
        {
            var priority = Enum.Parse<JobPriority>(result.GetValue(Priority)!, ignoreCase: true);
            return SteerAsync(client, job, (id, cancel) => client.SetPriorityAsync(id, priority, result.GetValue(Weight), result.GetValue(Reason), cancel), cancellationToken);
        });
        command.Arguments.Add(Priority);
        command.Options.Add(Weight);
        command.Options.Add(Reason);
        return command;
    }

    private static Command OfJob(
        string name, string description, IAnsiConsole console, Func<AtelierClient, string, ParseResult, CancellationToken, Task<JobProgress>> action)
    {
        var command = new Command(name, description) { Job, ClusterAt, Json };
        command.SetAction((result, cancellationToken) => WithClientAsync(result.GetValue(ClusterAt)!, async client =>
        {
            var progress = await action(client, result.GetValue(Job)!, result, cancellationToken);
            if (result.GetValue(Json)) ProgressDisplay.Print(console, JobReport.ToJson(progress));
            else foreach (var line in JobReport.ToLines(progress)) ProgressDisplay.Print(console, line);
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    /// <summary>The job as it is now.</summary>
    /// <exception cref="InvalidInputException">The cluster has no such job.</exception>
    public static async Task<JobProgress> RequireAsync(AtelierClient client, string job, CancellationToken cancellationToken)
    {
        var progress = await client.GetProgressAsync(job, cancellationToken);
        return progress.Status != JobStatus.Unknown ? progress : throw new InvalidInputException($"there is no job '{job}' in this cluster; atelier list names those there are");
    }

    private static async Task<JobProgress> SteerAsync(AtelierClient client, string job, Func<string, CancellationToken, Task> steer, CancellationToken cancellationToken)
    {
        await RequireAsync(client, job, cancellationToken);
        await steer(job, cancellationToken);
        return await client.GetProgressAsync(job, cancellationToken);
    }
}
